"""The settings of a new conversation, and Tavus's words for its end."""

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
"""Tavus's shutdown reasons, as the verbose GET writes them [doc]."""


class Timers(Struct, frozen=True, kw_only=True):
    """Seconds after which a conversation ends by itself [doc]."""

    max_call_duration: float = 3600
    participant_left_timeout: float = 0
    participant_absent_timeout: float = 300
    "Counted from creation."


class Opening(Struct, frozen=True, kw_only=True):
    """All settings of one new conversation."""

    conversation_id: str
    pal: Pal
    "Complete, with its tools, objectives, guardrails and secrets."

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
    "The most participants; the face counts as one [doc]. `None`: the limit of the server."

    script: Scenario | None = None
    "The scenario that the PAL plays; `None`: a scenario of the script book."

    timers: Timers = field(default_factory=Timers)
