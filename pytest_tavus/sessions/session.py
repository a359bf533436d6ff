"""The protocol of an open conversation, which every kind of session implements."""

from __future__ import annotations

from typing import Protocol


class Session(Protocol):
    """An open conversation, which records all its events.

    The suite in ``tests/sessions/test_contract.py`` runs over every implementation.
    """

    conversation_id: str

    async def say(self, text: str) -> None:
        """Say one line of the caller; return after the PAL's turn.

        Raises:
            ServiceError: the conversation is gone.

        """
        ...

    async def listen(self, seconds: float) -> None:
        """Keep the conversation open for this many seconds while the caller is silent.

        Raises:
            ServiceError: the conversation is gone.

        """
        ...

    async def end(self) -> None:
        """End the conversation and release its resources. May be called twice."""
        ...
