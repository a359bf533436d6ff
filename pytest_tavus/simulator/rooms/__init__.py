"""Rooms: conversations that other participants join, with app messages, timers and callbacks.

The engine of `simulator/pal` runs inside; sockets are somebody else's. The room knows no account.
Add an app message to `inbound.py`, what participants hear of an event to `emission.py`.
"""
