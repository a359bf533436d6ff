"""Rooms over WebSocket: one socket for each participant, at the conversation's own URL.

`simulator/rooms` interprets messages; this package limits and transports them.
Add a limit of a participant to `participant.py`.
"""
