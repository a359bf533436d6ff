"""One event of each kind, with a given text in every field of text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_tavus.trace import codec
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
from pytest_tavus.trace.log import Entry, Trace
from pytest_tavus.trace.redaction.redact import Redaction, Secret
from pytest_tavus.trace.redaction.shown import mask_trace, with_tokens
from pytest_tavus.wire import HttpExchange, HttpFault, HttpRequest, HttpResponse


def build_exchange(text: str, body: bytes | None = None) -> HttpExchange:
    body = text.encode() if body is None else body
    return HttpExchange(
        request=HttpRequest(
            method="POST",
            url=f"https://api.example.com/{text}?q={text}",
            headers=(("X-Trace", text), (text, "x")),
            body=body,
        ),
        response=HttpResponse(status=200, headers=(("X-Echo", text),), body=body),
        fault=HttpFault(kind="crash", message=text, traceback=text),
    )


def build_events(text: str, data: Any = None) -> Iterator[Event]:
    yield SessionOpened(session=text, conversation_id=text, pal=text, decisions="scripted")
    yield UserSaid(text=text)
    yield PalSaid(text=text, inference_id=text)
    yield ToolCalled(call_id=text, name=text, arguments=text, channel="api", inference_id=text)
    yield ToolDelivered(call_id=text, purpose="tool", exchange=build_exchange(text))
    yield ToolDelivered(call_id=text, purpose="token", exchange=build_exchange(text))
    yield ToolResolved(
        call_id=text, status="error", output=text, answered_by="handler", reason=text
    )
    yield AppMessage(
        direction="to_tavus",
        event_type=text,
        properties={text: [text, {"deep": text}]},
        note=text,
    )
    yield Saved(name=text, value=data if data is not None else {"a": [text]})
    yield Withheld(template=text, reason="missing_path", path=text, call_id=text)
    yield Fault(owner="handler", message=text, detail=text)
    yield TurnEnded(quiet_for=1.5)
    yield SessionClosed(reason="finished")


def build_redaction(*values: str) -> Redaction:
    """Build a redaction of the values, with the sources `s1`, `s2`, ..."""
    return Redaction(Secret(f"s{number}", value) for number, value in enumerate(values, 1))


def mask_events(known: Redaction, *events: Event) -> list[Event]:
    """Return the events of the masked twin of their trace."""
    trace = build_trace(*events)
    return [entry.event for entry in mask_trace(trace, with_tokens(known, trace))]


def build_trace(*events: Event) -> Trace:
    return Trace(
        tuple(Entry(seq=n, at=0.0, turn=0, event=event) for n, event in enumerate(events, 1))
    )


def encode_line(event: Event) -> str:
    return codec.encode_entry(Entry(seq=1, at=0.0, turn=0, event=event))
