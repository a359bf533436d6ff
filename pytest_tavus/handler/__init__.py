"""The user's handler: how requests reach it, and how it is started and ended.

`open.py` starts a handler of any kind, `pool.py` shares handlers between conversations. A handler
knows no scenario turn and no check. Add a kind of handler as a folder, its source to
`source/source.py` and a line to `open.py`.
"""
