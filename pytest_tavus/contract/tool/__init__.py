"""Tools as Tavus's registry holds them: shape, delivery, auth, placeholders, rules and advice.

The room knows no PAL and sends nothing; `handler/delivery` does.
Add a rule to `rules.py`, advice to `lints.py`, an auth type's shape to `auth.py`.
"""
