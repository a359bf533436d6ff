"""Results for readers: the failure picture, the summary, archived traces, JUnit and merged runs.

A report reads a masked `ScenarioResult`: it decides nothing and receives no secret. Colour is an
argument, because a report does not know its terminal.
Add words for a new kind of finding to `words.py`, a block of the picture to `blocks.py`.
"""
