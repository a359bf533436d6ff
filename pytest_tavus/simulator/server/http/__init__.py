"""HTTP for every endpoint: connections, limits on requests, guards, the marker, JSON in and out.

Nothing here knows an operation, a room or a tool.
Add a limit to `body_limits.py` or `connection.py`, a check of every request to `guard.py`.
"""
