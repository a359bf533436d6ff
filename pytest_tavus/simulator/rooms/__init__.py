"""Rooms: conversations that other participants join, with app messages, timers and callbacks.

Each room runs the engine of `simulator/pal`. A room knows no account, and the server owns the
sockets. Add an app message that Tavus receives to `inbound.py`, one that it sends to `emission.py`.
"""
