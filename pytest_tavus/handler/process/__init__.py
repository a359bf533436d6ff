"""Handlers that are processes: started until their port answers, ended with their children.

Requests go through `handler/http`. The room knows no scenario; a command is a list of words.
Add a way to end processes to `process.py`, a reading of their output to `handler.py`.
"""
