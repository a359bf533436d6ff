"""A participant of a conversation, through which a tool says lines and receives replies.

The official server joins the room through Daily and guesses the end of a turn from silence. Here
the conversation runs in the same process, and itself reports the end of a turn.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator

from msgspec import Struct

from pytest_tavus.json_data import Json, JsonMapping
from pytest_tavus.simulator.mcp.answers import object_at
from pytest_tavus.simulator.mcp.client import ApiClient, ToolRefusal, ToolTimeouts, refuse
from pytest_tavus.simulator.rooms.port import LiveConversation, Reply


class PalCall(Struct, frozen=True, kw_only=True):
    """A call of the PAL to the participants of the room."""

    name: str
    call_id: str
    arguments: JsonMapping
    "Empty if the PAL wrote no object [client]."


class PalReply(Struct, frozen=True, kw_only=True):
    """The PAL's words after one line, one line per utterance, and its calls."""

    text: str
    calls: tuple[PalCall, ...] = ()


class ToolParticipant:
    """Collects the words and calls of the PAL since the last line."""

    participant_id = "mcp-tools"

    def __init__(self, conversation: LiveConversation, timeouts: ToolTimeouts) -> None:
        self._conversation = conversation
        self._timeouts = timeouts
        self._texts: list[str] = []
        self._calls: list[PalCall] = []
        self._activity = asyncio.Event()

    def deliver(self, message: JsonMapping) -> None:
        """Collect the messages that the official client reads [client]."""
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
        """Ignore the end of the conversation: the pending reply ends by itself."""

    async def say(self, text: str, *, within: float) -> PalReply:
        """Say a line and return the reply to it; earlier words are dropped [client].

        Raises `ToolRefusal` if no reply comes within `within` seconds, and `ServiceError` if the
        conversation refuses the line.
        """
        self._texts.clear()
        self._calls.clear()
        response = asyncio.ensure_future(self._conversation.respond(text, within=within))
        try:
            bridge_reply = await self._wait_for_turn(response)
        finally:
            await _cancel_task(response)
        reply = self.collect_reply()
        if not reply.text and not reply.calls:
            warning = None if bridge_reply is None else bridge_reply.warning
            refuse(warning or f"the PAL did not reply within {within:g} s")
        return reply

    def collect_reply(self) -> PalReply:
        return PalReply(text="\n".join(filter(None, self._texts)), calls=tuple(self._calls))

    async def _wait_for_turn(self, response: asyncio.Task[Reply]) -> Reply | None:
        """Wait for the end of a turn; return `None` once the PAL waits for a tool result."""
        while not response.done():
            self._activity.clear()
            activity = asyncio.ensure_future(self._activity.wait())
            # The caller of `say` must send the result of a call, so a turn with a call may not end.
            settle = self._timeouts.settle if self._calls else None
            awaited: set[asyncio.Task[object]] = {response, activity}
            done, _ = await asyncio.wait(
                awaited, timeout=settle, return_when=asyncio.FIRST_COMPLETED
            )
            await _cancel_task(activity)
            if not done:
                return None
        return response.result()

    async def send(self, event_type: str, **properties: Json) -> None:
        """Send an app message. Raises `ServiceError` if the conversation refuses the message."""
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
    """Join a conversation; on exit, leave and end the conversation.

    Raises `ServiceError` if the conversation is unknown, has ended, or has a full room.
    """
    try:
        conversation = client.api.account.live.get(conversation_id)
        if conversation is None:
            refuse(f"the conversation {conversation_id!r} cannot be joined: it is not there")
        participant = ToolParticipant(conversation, client.timeouts)
        conversation.join(participant)
        try:
            yield participant
        finally:
            conversation.leave(participant)
    finally:
        with contextlib.suppress(ToolRefusal):  # the conversation may be unknown
            await client.post(f"/conversations/{conversation_id}/end")


async def _cancel_task(task: asyncio.Task[object]) -> None:
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled():
        task.exception()  # asyncio logs an exception that nobody retrieves


def _read_call(properties: JsonMapping) -> PalCall:
    arguments: Json = properties.get("arguments")
    if isinstance(arguments, str):
        with contextlib.suppress(ValueError):
            arguments = json.loads(arguments)
    return PalCall(
        name=str(properties.get("name") or ""),
        call_id=str(properties.get("tool_call_id") or ""),
        arguments=object_at(arguments),
    )
