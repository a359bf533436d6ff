"""Runs scenarios: settings and scenarios in, results out. Knows neither pytest nor a command line.

`runner.py` is the composition root: no other module names concrete parts. `conversation.py`
is one scenario in progress; `conclusion.py` judges it in clear and returns the masked result.
Add a part of a conversation to `conversation.py`, a part of the whole run to `runner.py`.
"""
