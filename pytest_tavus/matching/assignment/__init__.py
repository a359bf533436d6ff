"""Assigns observations to expectations at the least cost that their order allows.

A budget of steps bounds the work, so no input can keep a run busy for long. The caller passes the
costs. Add a method as a module and a line in `assign.py`.
"""
