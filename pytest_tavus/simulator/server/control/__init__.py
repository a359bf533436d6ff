"""The control plane: actions of a test on the server, unseen by the client under test.

`admin.py` implements the actions; `endpoint.py` offers them over HTTP, the fixture in Python.
Add an action to `admin.py` and its address to `endpoint.py`.
"""
