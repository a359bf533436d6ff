"""The control plane: what a test does to the server behind the back of the client under test.

`admin.py` does it, `endpoint.py` offers it over HTTP, the fixture offers it in Python.
Add an action to `admin.py` and its address to `endpoint.py`.
"""
