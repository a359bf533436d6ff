"""Traces as JSON lines: written, read back and checked against the types of the events.

A stored trace is masked, so its masked values are unknown. The room decides nothing.
A type of field that JSON has no word for is written in `jsonline.py` and read in `codec.py`.
"""
