"""PALs, objectives, guardrails and layers as Tavus stores them, and the rules over a whole PAL.

Rules yield problems in one pass. No rule reads a file.
Add a field to its shape, a rule to the module of its subject and a line to `rules.py`.
"""
