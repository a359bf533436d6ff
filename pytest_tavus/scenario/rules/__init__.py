"""Rules over a whole scenario, beyond the shape of its parts.

A rule reads a finished scenario and reports problems; it never changes the scenario.
Add a rule as a module and a line in `table.py`.
"""
