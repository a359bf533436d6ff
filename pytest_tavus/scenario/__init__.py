"""Text in, typed data out: the only wing that reads scenario and PAL files.

Every part of a scenario knows its path, line and column. Nothing here runs a conversation.
Add a key as a field of its shape in `values/`, a rule over whole scenarios to `rules/`.
"""
