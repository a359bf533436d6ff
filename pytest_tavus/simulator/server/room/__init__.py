"""Rooms over WebSocket: one socket for each participant, at the conversation's own URL.

What messages mean is a matter of `simulator/rooms`; this room bounds them and passes them on.
Add a limit of a participant to `participant.py`.
"""
