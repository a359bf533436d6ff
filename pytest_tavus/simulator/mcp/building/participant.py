"""A seat in the room of a conversation, from which lines are said and replies are heard.

The official server joins the room through Daily; here the conversation is in the same process. That
a turn is over is known from the conversation itself, and need not be guessed from silence.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator
from typing import Any

from msgspec import Struct

from pytest_tavus.json_data import Json, JsonMapping
from pytest_tavus.simulator.mcp.answers import object_at
from pytest_tavus.simulator.mcp.client import ApiClient, ToolRefusal, ToolTimeouts, refuse
from pytest_tavus.simulator.rooms.port import LiveConversation, Reply


class PalCall(Struct, frozen=True, kw_only=True):
    """A call that the PAL made of whoever is in the room."""

    name: str
    call_id: str
    arguments: JsonMapping
    "Nothing, where what the PAL wrote is no object [client]."


class PalReply(Struct, frozen=True, kw_only=True):
    """What came of one line: the PAL's words, a line for each utterance, and its calls."""

    text: str
    calls: tuple[PalCall, ...] = ()


class ToolParticipant:
    """One participant. Keeps what is said until it is asked for."""

    participant_id = "mcp-tools"

    def __init__(self, conversation: LiveConversation, patience: ToolTimeouts) -> None:
        self._conversation = conversation
        self._timeouts = patience
        self._texts: list[str] = []
        self._calls: list[PalCall] = []
        self._activity = asyncio.Event()

    def deliver(self, message: JsonMapping) -> None:
        """Keep what the official client would have heard of a message [client]."""
        properties = object_at(message, "properties")
        match message.get("event_type"):
            case "conversation.utterance" if properties.get("role") == "replica":
                self._texts.append(str(properties.get("speech") or "").strip())
            case "conversation.tool_call":
                self._calls.append(_read_call(properties))
            case _:
                return
        self._activity.set()

    def dismiss(self) -> None:
        """Hear that the conversation is over: what is being waited for ends by itself."""

    async def say(self, text: str, *, within: float) -> PalReply:
        """Say a line and return what came of it; what was said before it is forgotten [client].

        Raises `ToolRefusal` when nothing came within so many seconds, or the line was not taken.
        """
        self._texts.clear()
        self._calls.clear()
        replying = asyncio.ensure_future(self._conversation.respond(text, within=within))
        try:
            reply = await self._wait_for_turn(replying)
        finally:
            await _cancel_future(replying)
        heard = self.collect_reply()
        if not heard.text and not heard.calls:
            warning = None if reply is None else reply.warning
            refuse(warning or f"the PAL did not reply within {within:g} s")
        return heard

    def collect_reply(self) -> PalReply:
        return PalReply(text="\n".join(filter(None, self._texts)), calls=tuple(self._calls))

    async def _wait_for_turn(self, replying: asyncio.Future[Reply]) -> Reply | None:
        """Wait for the end of a turn, and not for a result that only this seat could give."""
        while not replying.done():
            self._activity.clear()
            stirred = asyncio.ensure_future(self._activity.wait())
            settle = self._timeouts.settle if self._calls else None
            awaited: set[asyncio.Future[Any]] = {replying, stirred}
            done, _ = await asyncio.wait(
                awaited, timeout=settle, return_when=asyncio.FIRST_COMPLETED
            )
            await _cancel_future(stirred)
            if not done:
                return None
        return replying.result()

    async def send(self, event_type: str, **properties: Json) -> None:
        """Send an app message. Raises `ServiceError` where the conversation does not take it."""
        message: JsonMapping = {
            "message_type": "conversation",
            "event_type": event_type,
            "conversation_id": self._conversation.opening.conversation_id,
            "properties": properties,
        }
        await self._conversation.receive(message, sender=self)


@contextlib.asynccontextmanager
async def join_conversation(
    client: ApiClient, conversation_id: str
) -> AsyncGenerator[ToolParticipant]:
    """Join a conversation; in the end leave it, and end it: nobody needs it any more.

    Raises `ServiceError` when it is not there, has ended, or has a full room.
    """
    try:
        conversation = client.api.account.live.get(conversation_id)
        if conversation is None:
            refuse(f"the conversation {conversation_id!r} cannot be joined: it is not there")
        seat = ToolParticipant(conversation, client.timeouts)
        conversation.join(seat)
        try:
            yield seat
        finally:
            conversation.leave(seat)
    finally:
        with contextlib.suppress(ToolRefusal):  # it may not even be there
            await client.post(f"/conversations/{conversation_id}/end")


async def _cancel_future(future: asyncio.Future[Any]) -> None:
    """Wait for a future no longer, whatever has become of it."""
    future.cancel()
    await asyncio.wait({future})
    if not future.cancelled():
        future.exception()


def _read_call(properties: JsonMapping) -> PalCall:
    written: Json = properties.get("arguments")
    if isinstance(written, str):
        with contextlib.suppress(ValueError):
            written = json.loads(written)
    return PalCall(
        name=str(properties.get("name") or ""),
        call_id=str(properties.get("tool_call_id") or ""),
        arguments=object_at(written),
    )
