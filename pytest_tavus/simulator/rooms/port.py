"""The port through which the account and the server join, use and end live conversations."""

from __future__ import annotations

from typing import Literal, Protocol

from msgspec import Struct

from pytest_tavus.json_data import JsonMapping, JsonObject
from pytest_tavus.simulator.rooms.opening import EndReason, Opening


class Reply(Struct, frozen=True, kw_only=True):
    """The answer of the HTTP bridge [client] tavus-cli 0.3.2."""

    status: Literal["ready", "pending", "silent", "error"]
    """``ready`` carries the PAL's words. Tavus's other values are unknown, so these are the
    project's own [inferred]: ``pending`` while the turn runs, ``silent`` after a turn without
    words, ``error`` after a turn that failed before the first word."""

    text: str = ""
    warning: str | None = None
    "A failure of the simulated PAL; Tavus answers no such field."


class Participant(Protocol):
    """Receives the app messages of a room."""

    participant_id: str

    def deliver(self, message: JsonMapping) -> None:
        """Receive an app message. Must not block: a participant that cannot keep up drops out."""
        ...

    def dismiss(self) -> None:
        """Learn that the conversation has ended."""
        ...


class LiveConversation(Protocol):
    """One conversation; its status and its events stay readable after the end."""

    opening: Opening
    status: Literal["active", "ended"]
    shutdown_reason: EndReason | None

    def join(self, participant: Participant) -> None:
        """Add a participant. The PAL greets the first participant.

        Raises:
            ServiceError: the conversation has ended, its room is full, or the id is taken.

        """
        ...

    def leave(self, participant: Participant) -> None:
        """Remove a participant; an empty room starts the timer of `participant_left_timeout`."""
        ...

    async def receive(self, message: JsonMapping, *, sender: Participant) -> None:
        """Carry out the app message of a participant.

        Raises:
            ServiceError: the conversation has ended or takes too much memory, the sender is not in
                the room, or Tavus takes no such message. Nothing has changed then.

        """
        ...

    async def respond(self, text: str, *, within: float) -> Reply:
        """Say a line over the HTTP bridge; return the reply, or `pending` after `within` seconds.

        `within` is real time, because the client waits that long for its HTTP answer.

        Raises:
            ServiceError: the conversation has ended or takes too much memory, the line is empty,
                or too many lines are waiting.

        """
        ...

    def reply(self) -> Reply:
        """Return the reply to the last line over the bridge, or `pending`."""
        ...

    def events(self) -> list[JsonObject]:
        """Return the `events` of the verbose GET, transcript included [doc].

        The caller must not change the rows: a transcript may be long, so it is not copied.
        """
        ...


class LiveConversations(Protocol):
    """All conversations of a server."""

    async def open(self, opening: Opening) -> LiveConversation:
        """Open a conversation, and start its timers."""
        ...

    def get(self, conversation_id: str) -> LiveConversation | None:
        """Return a conversation, even an ended conversation."""
        ...

    def count_active(self) -> int:
        """Return the number of conversations that have not ended."""
        ...

    async def end(self, conversation_id: str, reason: EndReason) -> None:
        """End a conversation; an ended or unknown conversation is left alone."""
        ...

    async def close(self) -> None:
        """End all conversations without callbacks, and drop them."""
        ...
