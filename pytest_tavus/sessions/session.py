"""The session port: an open conversation, whoever holds it."""

from __future__ import annotations

from typing import Protocol


class Session(Protocol):
    """An open conversation. Everything that happens in it goes to its recorder.

    The suite in ``tests/sessions/test_contract.py`` runs over every implementation.
    """

    conversation_id: str

    async def say(self, text: str) -> None:
        """Say one line of the caller and return when the PAL's turn is over.

        Raises:
            ServiceError: the conversation is gone.

        """
        ...

    async def listen(self, seconds: float) -> None:
        """Keep the conversation open for this long without a word from the caller.

        Raises:
            ServiceError: the conversation is gone.

        """
        ...

    async def end(self) -> None:
        """End the conversation and release what it holds. May be called twice."""
        ...
