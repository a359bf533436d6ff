"""Matchers, comparison and assignment: does an observed value satisfy an expected one? Pure values.

Every wing may import this ground room; the room knows no trace, no scenario and no file.
Add a matcher to `matchers/`, a rule of comparison to `compare.py`.
"""
