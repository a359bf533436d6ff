"""Where a handler comes from: an import path, a URL or a command, and how modules are found.

Import errors carry the user's own frames only. The room starts nothing.
Add a kind of source to `source.py`.
"""
