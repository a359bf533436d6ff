"""From files to scenarios: includes, defaults, rows, binding, and one list of all problems.

Start at `parse.py`. The package reports every problem of a file in one pass, with its line.
Add a key that needs the directory of the file or the PAL to `defaults.py`.
"""
