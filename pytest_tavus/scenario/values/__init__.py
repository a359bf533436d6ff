"""A scenario as data: frozen structs that the player, the checks and the judges read.

Values know their place and nothing of YAML or pydantic.
Add the value of an expectation to `turn_values.py`; placeholders live in `templates.py`.
"""
