"""What a live conversation is to the rest of the package: joined, spoken to, read, ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol

from msgspec import Struct

from pytest_tavus.simulator.rooms.opening import EndReason, Opening


class Reply(Struct, frozen=True, kw_only=True):
    """What the HTTP bridge answers [client] tavus-cli 0.3.2."""

    status: Literal["ready", "pending", "silent", "error"]
    """``ready`` comes with words. The others are ours, for of Tavus's none is known [inferred]: the
    turn goes on, is over without a word, or failed without one."""

    text: str = ""
    warning: str | None = None
    "What went wrong in the simulated PAL: nothing that Tavus would answer."


class Participant(Protocol):
    """Someone in the room."""

    participant_id: str

    def deliver(self, message: Mapping[str, Any]) -> None:
        """Take one app message. Never blocks; a participant that cannot keep up is let go."""
        ...

    def dismiss(self) -> None:
        """Hear that the conversation is over."""
        ...


class LiveConversation(Protocol):
    """One conversation, from its opening until long after its end."""

    opening: Opening
    status: Literal["active", "ended"]
    shutdown_reason: EndReason | None

    def join(self, participant: Participant) -> None:
        """Let someone in. The PAL greets the first one.

        Raises:
            ServiceError: the conversation has ended, or its room is full.

        """
        ...

    def leave(self, participant: Participant) -> None:
        """Let someone go; the last one to go starts the timer of `participant_left_timeout`."""
        ...

    async def receive(self, message: Mapping[str, Any], *, sender: Participant) -> None:
        """Take an app message of a participant.

        Raises:
            ServiceError: it is none that Tavus takes; the sentence says why. Nothing has happened.

        """
        ...

    async def respond(self, text: str, *, within: float) -> Reply:
        """Take a line over the HTTP bridge and return the reply, or `pending` after `within` s.

        `within` is real time: it is how long the client waits for its HTTP answer.

        Raises:
            ServiceError: the conversation has ended, the line is empty, or too many are waiting.

        """
        ...

    def reply(self) -> Reply:
        """Return the reply to the last line over the bridge, once it is there."""
        ...

    def events(self) -> list[dict[str, Any]]:
        """Return what the verbose GET lists under `events`, transcript included [doc].

        To be read, not changed: a transcript may be long.
        """
        ...


class LiveConversations(Protocol):
    """All conversations of a server."""

    async def open(self, opening: Opening) -> LiveConversation:
        """Begin a conversation."""
        ...

    def get(self, conversation_id: str) -> LiveConversation | None:
        """Return a conversation, ended or not."""
        ...

    def count_active(self) -> int:
        """Return how many have not ended."""
        ...

    async def end(self, conversation_id: str, reason: EndReason) -> None:
        """End a conversation. Ending one that has ended does nothing."""
        ...

    async def close(self) -> None:
        """End everything without a word, and forget it."""
        ...
