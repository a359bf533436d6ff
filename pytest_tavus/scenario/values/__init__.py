"""A scenario as data: frozen structs that the player, the checks and the judges read.

Each struct also describes its part of the language. Values have their path and are independent of
YAML. Add an expectation as a field in `turn_values.py` or `call_values.py`, a short
spelling to `forms.py`, a conversion to `checks.py`; placeholders live in `templates.py`.
"""
