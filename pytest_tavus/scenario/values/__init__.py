"""A scenario as data: frozen structs that the player, the checks and the judges read.

Each struct is the description of its part of the language, too. Values know their place and
nothing of YAML. Add an expectation as a field in `turn_values.py` or `call_values.py`, a short
spelling to `forms.py`, a conversion to `checks.py`; placeholders live in `templates.py`.
"""
