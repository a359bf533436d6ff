"""The scenario language as pydantic models, its JSON Schema and its reference page.

The models bind data that has been read; places and files are not known here.
Add an expectation as a field of a model; `TAVUS_REGOLD=1` rewrites schema and reference.
"""
