"""Assigns observations to expectations at the least cost that their order allows.

Work is counted in steps, so no input can keep a run busy for long. Costs come from the caller.
Add a method as a module and a line in `assign.py`.
"""
