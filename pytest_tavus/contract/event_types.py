"""The names of Tavus's events, each with its direction, its transports and its source."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from msgspec import Struct

from pytest_tavus.contract.behaviour import Source

Direction = Literal["from_tavus", "to_tavus"]
Transport = Literal["app_message", "callback"]
"""A message on the Daily data channel, or an HTTP callback to `callback_url`."""


class EventType(Struct, frozen=True, kw_only=True):
    """One kind of event."""

    name: str
    direction: Direction
    source: Source
    transports: tuple[Transport, ...] = ("app_message",)
    note: str = ""


def _from(name: str, source: Source, note: str = "") -> EventType:
    return EventType(name=name, direction="from_tavus", source=source, note=note)


def _to(name: str, note: str = "") -> EventType:
    return EventType(name=name, direction="to_tavus", source="doc", note=note)


def _callback(name: str, source: Source, note: str = "") -> EventType:
    return EventType(
        name=name, direction="from_tavus", source=source, transports=("callback",), note=note
    )


_OLDER = "the older, split form"

_ALL = (
    _from("conversation.utterance", "doc"),
    _from("conversation.utterance.streaming", "doc"),
    _from("conversation.tool_call", "doc"),
    _from("conversation.perception_tool_call", "doc"),
    _from("conversation.started_speaking", "doc"),
    _from("conversation.stopped_speaking", "doc"),
    _from("conversation.replica.started_speaking", "client", _OLDER),
    _from("conversation.replica.stopped_speaking", "client", _OLDER),
    _from("conversation.user.started_speaking", "client", _OLDER),
    _from("conversation.user.stopped_speaking", "client", _OLDER),
    _from("conversation.replica_interrupted", "client", _OLDER),
    _from("conversation.perception_analysis", "doc"),
    _from("conversation.error", "wild"),
    _from("canvas.interaction", "doc"),
    EventType(
        name="system.replica_joined",
        direction="from_tavus",
        source="doc",
        transports=("app_message", "callback"),
    ),
    _from("system.replica_present", "client"),
    _from("system.pal_present", "client"),
    _callback("system.shutdown", "doc"),
    _callback("application.transcription_ready", "doc"),
    _callback("application.recording_ready", "doc"),
    _callback("application.perception_analysis", "doc"),
    _callback("conversation.objective.completed", "wild"),
    _to("conversation.respond", "taken as the caller's speech"),
    _to("conversation.echo", "spoken word for word, no model"),
    _to("conversation.interrupt"),
    _to("conversation.overwrite_llm_context"),
    _to("conversation.append_llm_context"),
    _to("conversation.sensitivity"),
    _to("conversation.tool_result"),
)

EVENT_TYPES: Mapping[str, EventType] = MappingProxyType({kind.name: kind for kind in _ALL})
"""Every known event type, by name."""
