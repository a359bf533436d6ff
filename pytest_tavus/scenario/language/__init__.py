"""The scenario language as a whole: file and scenario, its JSON Schema, its reference page.

The parts of a turn are described in `values/`; files are not known here. Add a key of a scenario
or a file to `heads.py`. `TAVUS_REGOLD=1` rewrites schema and reference.
"""
