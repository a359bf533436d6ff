"""From files to scenarios: includes, defaults, rows, binding, and one list of all problems.

`parse.py` is the way in. The room reports every problem of a file in one pass, with its place.
Add a key that needs the file's own place or PAL to `defaults.py`.
"""
