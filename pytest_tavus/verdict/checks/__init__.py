"""Checks compare the expectations of a scenario with its trace. Pure functions.

A check masks a value with `show` before it quotes, cuts or joins the value. A check returns a
decider for each compared fact; the deciders tell how much the run proves about the handler.
Add a check as a class with `check` and a line in `run.py`.
"""
