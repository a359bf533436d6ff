"""What a conversation is opened with, and the words for how it ends."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.scenario.values.model import Scenario

EndReason = Literal[
    "end_conversation_endpoint_hit",
    "max_call_duration",
    "participant_left_timeout",
    "participant_absent_timeout",
    "exception_encountered_during_conversation_startup",
]
"""Tavus's shutdown reasons [doc]. A callback writes the three limits with `` reached`` after them;
the verbose GET does not [doc]."""


class Timers(Struct, frozen=True, kw_only=True):
    """When a conversation ends by itself, in seconds [doc]."""

    max_call_duration: float = 3600
    participant_left_timeout: float = 0
    participant_absent_timeout: float = 300
    "Counted from creation."


class Opening(Struct, frozen=True, kw_only=True):
    """Everything a conversation is opened with."""

    conversation_id: str
    pal: Pal
    "With its tools, objectives and guardrails written out, and its secrets."

    pal_id: str
    face_id: str
    name: str = ""
    chat: bool = False
    "Text only: no face, no speech [client]."

    greeting: str | None = None
    "`custom_greeting`; else the PAL's own is spoken."

    context: str = ""
    "`conversational_context`: added to the PAL's own [doc]."

    callback_url: str | None = None
    max_participants: int | None = None
    "Who may be in the room; the face counts as one [doc]. `None`: as many as the server lets in."

    script: Scenario | None = None
    "What the PAL plays in this conversation; `None`: a scenario of the script book."

    timers: Timers = field(default_factory=Timers)
