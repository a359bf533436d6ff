"""The scenario language as a whole: file and scenario, its JSON Schema, its reference page.

`values/` describes the parts of a turn; this package reads no files. Add a key of a scenario or
a file to `heads.py`. `TAVUS_REGOLD=1` rewrites schema and reference.
"""
