"""The error of a room that cannot be joined."""

from __future__ import annotations

MISSING = (
    "the stand-in for 'daily' needs the package 'websockets' in this environment: "
    "pip install websockets"
)


class RoomError(Exception):
    """A room cannot be joined; the message gives the reason."""
