"""Describes one event of a trace as one line of a conversation: speaker and text."""

from __future__ import annotations

import json
from typing import Literal

from msgspec import Struct

from pytest_tavus.report.words import OWNERS
from pytest_tavus.trace.events import (
    AppMessage,
    Event,
    Fault,
    PalSaid,
    Saved,
    SessionClosed,
    SessionOpened,
    ToolCalled,
    ToolDelivered,
    ToolResolved,
    TurnEnded,
    UserSaid,
    Withheld,
)
from pytest_tavus.wire import HttpExchange

Tone = Literal["speech", "call", "wire", "trouble", "note"]
"""The style of a line: speech, a call, an HTTP exchange, a failure, or anything else."""

NOTEWORTHY_SECONDS = 0.1
"""Shorter times are omitted, because they are noise that differs from run to run."""

_REASONS = {
    "not_in_context": "on_resolve keeps the answer from the PAL",
    "missing_path": "the answer has no such value",
    "call_failed": "the call failed, so there is no answer",
}


class EventDescription(Struct, frozen=True, kw_only=True):
    who: str
    what: str
    tone: Tone = "note"
    call_id: str | None = None
    quiet: bool = False
    "Whether the conversation omits the event, unless it is a fault."


def describe_event(event: Event) -> EventDescription:  # noqa: PLR0911  one return for each kind of event
    match event:
        case UserSaid(text=text):
            return EventDescription(who="user", what=text, tone="speech")
        case PalSaid(text=text):
            return EventDescription(who="PAL", what=text, tone="speech")
        case ToolCalled():
            what = f"{event.name} {event.arguments}".rstrip()
            return EventDescription(who="call", what=what, tone="call", call_id=event.call_id)
        case ToolDelivered(call_id=call_id, exchange=exchange):
            who = "http" if event.purpose == "tool" else "token"
            tone: Tone = "wire" if exchange.fault is None else "trouble"
            return EventDescription(
                who=who, what=_describe_exchange(exchange), tone=tone, call_id=call_id
            )
        case ToolResolved():
            tone = "wire" if event.status == "success" else "trouble"
            return EventDescription(
                who="answer", what=_describe_answer(event), tone=tone, call_id=event.call_id
            )
        case AppMessage():
            return EventDescription(who="event", what=_describe_app_message(event))
        case Saved(name=name, value=value):
            return EventDescription(who="saved", what=f"{name} = {_format_json(value)}")
        case Withheld(template=template, path=path):
            saved = path.startswith("saved.")
            why = "nothing was saved under that name" if saved else _REASONS[event.reason]
            what = f"{template} ({{{path}}}: {why})"
            return EventDescription(who="unsaid", what=what, tone="trouble", call_id=event.call_id)
        case Fault(owner=owner, message=message):
            return EventDescription(who="fault", what=f"{OWNERS[owner]}: {message}", tone="trouble")
        case SessionOpened(pal=pal):
            return EventDescription(who="opened", what=pal, quiet=True)
        case TurnEnded(quiet_for=seconds):
            what = f"listened for {format_duration(seconds)}" if seconds else "the turn is over"
            return EventDescription(who="quiet", what=what, quiet=seconds < NOTEWORTHY_SECONDS)
        case SessionClosed(reason=reason):
            return EventDescription(who="closed", what=reason, quiet=reason == "finished")


def format_duration(seconds: float) -> str:
    """Format a time with one decimal below 10 s: ``0.3 s``, ``12 s``."""
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"


def _describe_exchange(exchange: HttpExchange) -> str:
    request = exchange.request
    took = (
        f" in {format_duration(exchange.seconds)}" if exchange.seconds >= NOTEWORTHY_SECONDS else ""
    )
    parts: list[str] = []
    if exchange.response is not None:
        parts.append(f"{exchange.response.status}{took}")
    if exchange.fault is not None:
        after = took.replace(" in ", " after ") if exchange.response is None else ""
        parts.append(f"{exchange.fault.kind}{after}: {exchange.fault.message}")
    canned = " (canned)" if exchange.answered_by == "canned" else ""
    return f"{request.method} {request.url} -> {', '.join(parts) or 'nothing'}{canned}"


_ANSWERED_BY = {"canned": ", canned:", "client": ", client:", "client_output": ", client:"}


def _describe_answer(resolved: ToolResolved) -> str:
    by = _ANSWERED_BY.get(resolved.answered_by, "")
    reason = "" if resolved.reason is None else f" ({resolved.reason})"
    return f"{resolved.status}{by}{reason} {resolved.output}".rstrip()


def _describe_app_message(message: AppMessage) -> str:
    note = "" if message.note is None else f" ({message.note})"
    arrow = "->" if message.direction == "to_tavus" else "<-"
    return f"{arrow} {message.event_type}{note} {_format_json(message.properties)}"


def _format_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
