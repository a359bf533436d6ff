"""Tools as Tavus's registry stores them: shape, delivery, auth, placeholders, rules and advice.

The room knows no PAL and sends no request; `handler/delivery` sends them.
Add a rule to `rules.py`, advice to `lints.py`, an auth type's shape to `auth.py`.
"""
