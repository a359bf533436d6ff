"""The user's handler: starts it, sends requests to it, and ends it.

`open.py` starts a handler of any kind, `pool.py` shares handlers between conversations. A handler
knows no scenario turn and no check. Add a kind of handler as a folder, its source to
`source/source.py` and a line to `open.py`.
"""
