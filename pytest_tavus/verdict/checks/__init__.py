"""Checks: what a scenario expects, compared with what its trace holds. Pure functions.

A check masks a value with `show` before it quotes, cuts or joins it. It returns a decider for
each fact it held, from which follows what the run proves.
Add a check as a class with `check` and a line in `run.py`.
"""
