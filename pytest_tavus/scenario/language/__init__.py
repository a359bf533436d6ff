"""The scenario language as pydantic models, its JSON Schema and its reference page.

The models bind data that has been read, and `build.py` makes run-time values of them; files are
not known here. Add an expectation as a field of a model and of the value that the model `builds`;
`TAVUS_REGOLD=1` rewrites schema and reference.
"""
