"""A trace as Tavus's app messages, as a participant of the room would receive and send them.

Pure projection. The envelope is [doc] interactions-protocols/overview: `message_type`,
`event_type`, `conversation_id`, `inference_id`, `seq`, `turn_idx`, `properties`; the last four
if they apply. No message has a `timestamp`, because a trace knows no wall clock. Messages from
the client carry neither `seq` nor `turn_idx`, because Tavus assigns both [inferred].
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from pytest_tavus.contract.event_types import EVENT_TYPES, Direction, EventType
from pytest_tavus.contract.limits import APP_MESSAGE_BYTES
from pytest_tavus.trace.events import (
    AppMessage,
    Event,
    PalSaid,
    ToolCalled,
    ToolResolved,
    UserSaid,
)
from pytest_tavus.trace.log import Entry, Trace

__all__ = [
    "EVENT_TYPES",
    "EventType",
    "app_message",
    "app_messages",
    "is_oversized",
    "list_oversized",
    "list_tavus_messages",
    "messages_of",
]

_LONGEST_ESCAPE = 6
"""Bytes of the longest JSON escape of one character: ``\\u0007``."""

_ENVELOPE = 512
"""Bytes; no envelope is longer around the texts of its properties."""

_CERTAINLY_FITS = (APP_MESSAGE_BYTES - _ENVELOPE) // _LONGEST_ESCAPE
"""Characters that fit into a message even if JSON escapes each of them."""


_CARRIED: Mapping[type[Event], tuple[str, ...]] = {
    UserSaid: ("text",),
    PalSaid: ("text",),
    ToolCalled: ("name", "arguments", "call_id"),
    ToolResolved: ("call_id", "output"),
}
"""The fields of free text that an event copies into its messages."""


def app_messages(
    trace: Trace, *, conversation_id: str | None = None, turn: int | None = None
) -> tuple[dict[str, Any], ...]:
    """Return every app message of a conversation in order, or those of one turn.

    Without a `conversation_id`, the messages carry the id that the trace recorded.
    """
    named = _conversation_id(trace) if conversation_id is None else conversation_id
    channels = _channels(trace)
    return tuple(
        message
        for entry in trace
        if turn is None or entry.turn == turn
        for message in messages_of(entry, conversation_id=named, channels=channels)
    )


def _conversation_id(trace: Trace) -> str:
    opened = trace.opened()
    return "" if opened is None else opened.conversation_id


def _channels(trace: Trace) -> dict[str, str]:
    return {call.call_id: call.channel for _, call in trace.calls()}


def app_message(
    entry: Entry, *, conversation_id: str, channels: Mapping[str, str] | None = None
) -> dict[str, Any] | None:
    """Return the app message of an entry, `None` if the entry has none.

    A caller's line has two messages. The function returns the utterance, which Tavus sends to
    every participant.
    """
    found = tuple(messages_of(entry, conversation_id=conversation_id, channels=channels))
    return found[-1] if found else None


def messages_of(
    entry: Entry, *, conversation_id: str, channels: Mapping[str, str] | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the app messages of an entry.

    `channels` maps the id of each call to its channel. An answer is an app message only if its
    call was an app message. Without `channels`, every answer of the client is an app message.
    """
    for direction, event_type, properties in _project_event(entry.event, channels):
        envelope = {
            "message_type": event_type.partition(".")[0],
            "event_type": event_type,
            "conversation_id": conversation_id,
        }
        added = _server_fields(entry) if direction == "from_tavus" else {}
        yield {**envelope, **added, "properties": properties}


def _server_fields(entry: Entry) -> dict[str, object]:
    inference_id = getattr(entry.event, "inference_id", None)
    known = {} if inference_id is None else {"inference_id": inference_id}
    return {**known, "seq": entry.seq, "turn_idx": entry.turn}


def list_tavus_messages(event: Event) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the type and the properties of each message that Tavus sends for an event."""
    for direction, event_type, properties in _project_event(event, None):
        if direction == "from_tavus":
            yield event_type, properties


def list_oversized(trace: Trace) -> Iterator[str]:
    """Yield the type of each message that exceeds the reported limit of the data channel [wild]."""
    # Only a long text can exceed the limit, so most traces need no projection.
    long = [entry for entry in trace.entries if _is_long(entry.event)]
    if not long:
        return
    channels, named = _channels(trace), _conversation_id(trace)
    for entry in long:
        for message in messages_of(entry, conversation_id=named, channels=channels):
            if is_oversized(message):
                yield message["event_type"]


def _is_long(event: Event) -> bool:
    # An estimate from the lengths alone is enough for most events, and needs no JSON.
    names = _CARRIED.get(type(event))
    if names is None:
        return isinstance(event, AppMessage) and _may_be_oversized(event.properties)
    length = 0
    for name in names:
        length += len(getattr(event, name))
    return length > _CERTAINLY_FITS


def is_oversized(message: Mapping[str, object]) -> bool:
    """Whether a message exceeds the reported limit of the data channel [wild]."""
    if not _may_be_oversized(message.get("properties")):
        return False
    return len(json.dumps(message, ensure_ascii=False).encode()) > APP_MESSAGE_BYTES


def _may_be_oversized(properties: object) -> bool:
    # The lengths of the texts bound the size of most messages; only a nested value needs JSON.
    if not isinstance(properties, dict):
        return True
    length = 0
    for value in cast("dict[str, object]", properties).values():
        if isinstance(value, str):
            length += len(value)
        elif not isinstance(value, (bool, int, float, type(None))):
            return True
    return length > _CERTAINLY_FITS


def _project_event(
    event: Event, channels: Mapping[str, str] | None
) -> Iterator[tuple[Direction, str, dict[str, Any]]]:
    match event:
        case UserSaid():
            # Typed text also comes back as an utterance of the caller ([doc]; echo [wild]).
            yield "to_tavus", "conversation.respond", {"text": event.text}
            yield "from_tavus", "conversation.utterance", {"role": "user", "speech": event.text}
        case PalSaid():
            # The official client counts messages with the role `replica` [client].
            yield "from_tavus", "conversation.utterance", {"role": "replica", "speech": event.text}
        case ToolCalled(channel="app_message"):
            call = {"name": event.name, "arguments": event.arguments, "tool_call_id": event.call_id}
            yield "from_tavus", "conversation.tool_call", call
        case ToolResolved(status="success" | "error") if _is_app_message_answer(event, channels):
            yield "to_tavus", "conversation.tool_result", _tool_result(event)
        case AppMessage():
            yield event.direction, event.event_type, event.properties
        case _:
            return


def _is_app_message_answer(event: ToolResolved, channels: Mapping[str, str] | None) -> bool:
    if channels is None:
        return event.answered_by in {"client", "client_output"}
    return channels.get(event.call_id) == "app_message" and event.answered_by != "nobody"


def _tool_result(event: ToolResolved) -> dict[str, object]:
    return {"tool_call_id": event.call_id, "output": event.output, "status": event.status}
