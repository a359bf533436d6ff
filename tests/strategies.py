"""Hypothesis strategies for the values that every room shares."""

from __future__ import annotations

from typing import Any, TypeVar, get_args

from hypothesis import strategies as st

from pytest_tavus.errors import Owner
from pytest_tavus.trace.events import (
    AnsweredBy,
    AppMessage,
    Channel,
    Decisions,
    Event,
    Fault,
    PalSaid,
    Saved,
    SessionClosed,
    SessionOpened,
    ToolCalled,
    ToolDelivered,
    ToolResolved,
    ToolStatus,
    TurnEnded,
    UserSaid,
    Withheld,
)
from pytest_tavus.trace.facts import Decider, Deciders, Fact
from pytest_tavus.trace.log import Entry, Trace
from pytest_tavus.wire import FaultKind, HttpExchange, HttpFault, HttpRequest, HttpResponse

T = TypeVar("T")

any_text = st.text()
secrets = st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=4, max_size=20)
seconds = st.floats(min_value=0, max_value=1e6)

# What a JSON parser of Python's can hand out: half surrogate pairs included.
json_text = st.text(alphabet=st.characters())
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | json_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(json_text, inner, max_size=3),
    max_leaves=6,
)
json_objects = st.dictionaries(json_text, json_values, max_size=3)


def words(literal: Any) -> st.SearchStrategy[Any]:
    """Any word of a `Literal`."""
    return st.sampled_from(get_args(literal))


def optional(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    return st.none() | strategy


rows = st.builds(Deciders, **{fact: optional(words(Decider)) for fact in get_args(Fact)})


header_lists = st.lists(st.tuples(any_text, any_text), max_size=3).map(tuple)
bodies = st.binary(max_size=40) | any_text.map(str.encode)

requests = st.builds(HttpRequest, method=any_text, url=any_text, headers=header_lists, body=bodies)
responses = st.builds(HttpResponse, status=st.integers(100, 599), headers=header_lists, body=bodies)
faults = st.builds(HttpFault, kind=words(FaultKind), message=any_text, traceback=optional(any_text))
exchanges = st.builds(
    HttpExchange,
    request=requests,
    response=optional(responses),
    fault=optional(faults),
    answered_by=st.sampled_from(["handler", "canned"]),
    seconds=seconds,
)

EVENTS: dict[type[Event], st.SearchStrategy[Event]] = {
    SessionOpened: st.builds(
        SessionOpened,
        session=any_text,
        conversation_id=any_text,
        pal=any_text,
        decisions=words(Decisions),
        deciders=optional(rows),
    ),
    UserSaid: st.builds(UserSaid, text=any_text),
    PalSaid: st.builds(
        PalSaid,
        text=any_text,
        inference_id=optional(any_text),
        filled_by=optional(words(AnsweredBy)),
    ),
    ToolCalled: st.builds(
        ToolCalled,
        call_id=any_text,
        name=any_text,
        arguments=any_text,
        channel=words(Channel),
        inference_id=optional(any_text),
        filled_by=optional(words(AnsweredBy)),
    ),
    ToolDelivered: st.builds(
        ToolDelivered,
        call_id=any_text,
        purpose=st.sampled_from(["tool", "token"]),
        exchange=exchanges,
    ),
    ToolResolved: st.builds(
        ToolResolved,
        call_id=any_text,
        status=words(ToolStatus),
        output=json_text,
        answered_by=words(AnsweredBy),
        http_status=optional(st.integers(100, 599)),
        reason=optional(any_text),
    ),
    AppMessage: st.builds(
        AppMessage,
        direction=st.sampled_from(["to_tavus", "from_tavus"]),
        event_type=any_text,
        properties=json_objects,
        note=optional(any_text),
    ),
    Saved: st.builds(
        Saved, name=any_text, value=json_values, filled_by=optional(words(AnsweredBy))
    ),
    Withheld: st.builds(
        Withheld,
        template=any_text,
        reason=st.sampled_from(["not_in_context", "missing_path", "call_failed"]),
        path=any_text,
        call_id=optional(any_text),
    ),
    Fault: st.builds(Fault, owner=words(Owner), message=any_text, detail=optional(any_text)),
    TurnEnded: st.builds(TurnEnded, quiet_for=seconds),
    SessionClosed: st.builds(
        SessionClosed, reason=st.sampled_from(["finished", "fault", "deadline", "cancelled"])
    ),
}
"""One strategy for each kind of event; a test holds that none is missing."""

events: st.SearchStrategy[Event] = st.one_of(*EVENTS.values())


@st.composite
def traces(draw: st.DrawFn) -> Trace:
    """Any trace that could be stored."""
    happened = draw(st.lists(st.tuples(seconds, st.integers(0, 9), events), max_size=6))
    return Trace(
        tuple(
            Entry(seq=seq, at=at, turn=turn, event=event)
            for seq, (at, turn, event) in enumerate(happened, 1)
        ),
        masked=True,
    )
