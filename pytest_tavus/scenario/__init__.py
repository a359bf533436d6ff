"""Text in, typed data out: the only wing that reads scenario and PAL files.

Every part of a scenario knows its path, line and column. Nothing here runs a conversation, and
pydantic stays inside this wing. Add a key to `language/`, its value to `values/`, a rule over
whole scenarios to `rules/`.
"""
