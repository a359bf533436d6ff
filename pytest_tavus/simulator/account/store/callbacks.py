"""How the account tells a user's own server that something has happened. A port; no HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Callbacks(Protocol):
    """Whoever sends callbacks."""

    def send(self, url: str, body: Mapping[str, Any]) -> None:
        """Send a body to a `callback_url`. Returns at once, and never raises."""
        ...


class NoCallbacks:
    """Sends nothing: for an account that nobody listens to."""

    def send(self, url: str, body: Mapping[str, Any]) -> None:
        """Do nothing."""
