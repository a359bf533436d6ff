"""The JSON Schema of tools: dialect, formats, patterns, references, and rules for parameters.

`dialect.py` is the only module that imports jsonschema. The room knows no tool.
Add a format to `formats.py`, a rule to `rules.py`.
"""
