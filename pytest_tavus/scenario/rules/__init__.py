"""What must hold for a whole scenario, beyond the shape of its parts.

A rule sees a finished scenario and yields problems; it never changes the scenario.
Add a rule as a module and a line in `table.py`.
"""
