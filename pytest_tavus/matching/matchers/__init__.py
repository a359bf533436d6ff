"""The matchers, by what they look at. Defining a class registers its YAML tag.

A matcher sees one value and nothing around it.
Add a matcher as one class; `registry.py` imports its module, schema and reference follow.
"""
