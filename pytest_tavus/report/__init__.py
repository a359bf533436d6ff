"""Results for readers: the failure picture, the summary, archived traces, JUnit and merged runs.

Reports are made from a `ScenarioResult`, which is masked; nothing is decided here and no secret
arrives. Colour is an argument, because a report does not know its terminal.
Add words for a new kind of finding to `words.py`, a block of the picture to `blocks.py`.
"""
