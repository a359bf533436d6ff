"""Tool calls become HTTP requests, and answers become what the PAL is told. No sockets.

An auth flow is a generator: it yields requests and receives answers, so any transport can drive
it. What is not known about Tavus is a field of `profile.py`.
Add an auth type as a class with `flow` in `auth.py`, its model to `contract/tool/auth.py`.
"""
