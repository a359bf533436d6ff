"""Traces as JSON lines: written, read back and checked against the types of the events.

A stored trace is masked, so its masked values are unknown. The room decides nothing.
An event with a new type of field needs its reader in `shape.py`.
"""
