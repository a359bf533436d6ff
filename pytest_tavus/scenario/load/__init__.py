"""From files to scenarios: includes, defaults, rows, binding, and one list of all problems.

`parse.py` is the way in. The room reports every problem of a file in one pass, with its place.
Add the builder of a new value to `build_turns.py` or `build_answers.py`.
"""
