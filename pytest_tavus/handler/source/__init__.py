"""The source of a handler: an import string, a URL or a command; and the import of modules.

Import errors carry the user's own frames only. The room starts no handler.
Add a kind of source to `source.py`.
"""
