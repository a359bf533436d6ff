"""Turns tool calls into HTTP requests, and exchanges into the output for the PAL. No sockets.

An auth flow is a generator: it yields requests and receives exchanges, so any transport can drive
it. Each unknown detail of Tavus's behaviour is a field of `profile.py`.
Add an auth type as a class with `flow` in `auth.py`, its model to `contract/tool/auth.py`.
"""
