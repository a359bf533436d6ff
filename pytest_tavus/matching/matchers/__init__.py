"""The matchers, grouped by the kind of value. The definition of a class registers its YAML tag.

A matcher sees one value and nothing around it.
Add a matcher as one class; `registry.py` imports its module, and schema and reference follow.
"""
