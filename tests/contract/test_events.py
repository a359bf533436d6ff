from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, get_args

import pytest

from pytest_tavus.contract.behaviour import Source
from pytest_tavus.contract.event_types import EVENT_TYPES
from pytest_tavus.contract.events import app_message, app_messages, is_oversized, messages_of
from pytest_tavus.trace.events import (
    AppMessage,
    Event,
    Fault,
    PalSaid,
    Saved,
    SessionClosed,
    SessionOpened,
    ToolCalled,
    ToolResolved,
    TurnEnded,
    UserSaid,
    Withheld,
)
from pytest_tavus.trace.log import Entry, Trace

ARGUMENTS = '{"order_id": "A-10428"}'
OPENED = SessionOpened(session="sim", conversation_id="c1", pal="Support", decisions="scripted")


def called(channel: str = "app_message") -> ToolCalled:
    return ToolCalled(
        call_id="call_1",
        name="get_order_status",
        arguments=ARGUMENTS,
        channel="api" if channel == "api" else "app_message",
        inference_id="i1",
    )


def resolved(**changes: Any) -> ToolResolved:
    fields: dict[str, Any] = {
        "call_id": "call_1",
        "status": "success",
        "output": "out_for_delivery",
        "answered_by": "client",
    }
    return ToolResolved(**{**fields, **changes})


def trace_of(*events: Event, turns: Sequence[int] = ()) -> Trace:
    return Trace(
        tuple(
            Entry(seq=seq, at=0.0, turn=turns[seq - 1] if turns else 1, event=event)
            for seq, event in enumerate(events, start=1)
        )
    )


def test_a_conversation_is_projected_into_the_messages_of_its_room() -> None:
    said = PalSaid(text="It is on its way.", inference_id="i2")
    trace = trace_of(OPENED, UserSaid(text="Where is it?"), called(), resolved(), said)
    common = {"message_type": "conversation", "conversation_id": "c1"}
    assert app_messages(trace) == (
        {
            **common,
            "event_type": "conversation.respond",
            "properties": {"text": "Where is it?"},
        },
        {
            **common,
            "event_type": "conversation.utterance",
            "seq": 2,
            "turn_idx": 1,
            "properties": {"role": "user", "speech": "Where is it?"},
        },
        {
            **common,
            "event_type": "conversation.tool_call",
            "inference_id": "i1",
            "seq": 3,
            "turn_idx": 1,
            "properties": {
                "name": "get_order_status",
                "arguments": ARGUMENTS,
                "tool_call_id": "call_1",
            },
        },
        {
            **common,
            "event_type": "conversation.tool_result",
            "properties": {
                "tool_call_id": "call_1",
                "output": "out_for_delivery",
                "status": "success",
            },
        },
        {
            **common,
            "event_type": "conversation.utterance",
            "inference_id": "i2",
            "seq": 5,
            "turn_idx": 1,
            "properties": {"role": "replica", "speech": "It is on its way."},
        },
    )


def test_every_message_is_json_and_of_a_known_type_and_direction() -> None:
    trace = trace_of(OPENED, UserSaid(text="Hi"), called(), resolved(), PalSaid(text="Hello"))
    for message in app_messages(trace):
        assert json.loads(json.dumps(message)) == message
        from_tavus = EVENT_TYPES[message["event_type"]].direction == "from_tavus"
        assert ("seq" in message) == from_tavus


def test_a_call_over_http_never_enters_the_room() -> None:
    answered = resolved(answered_by="handler", http_status=200)
    assert app_messages(trace_of(OPENED, called("api"), answered)) == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "unanswered", "output": "", "answered_by": "nobody"},
        {"status": "timeout", "output": ""},
        {"status": "error", "answered_by": "nobody"},
    ],
)
def test_what_nobody_answered_is_no_tool_result(changes: dict[str, str]) -> None:
    events = (OPENED, called(), resolved(**changes))
    assert [message["event_type"] for message in app_messages(trace_of(*events))] == [
        "conversation.tool_call"
    ]


def test_a_failed_answer_says_so() -> None:
    (_, result) = app_messages(
        trace_of(OPENED, called(), resolved(status="error", output="sold out"))
    )
    assert result["properties"] == {
        "tool_call_id": "call_1",
        "output": "sold out",
        "status": "error",
    }


@pytest.mark.parametrize("answered_by", ["client", "canned"])
def test_an_answer_to_an_app_message_is_a_tool_result_whoever_gave_it(answered_by: str) -> None:
    events = (OPENED, called(), resolved(answered_by=answered_by))
    assert app_messages(trace_of(*events))[-1]["event_type"] == "conversation.tool_result"


@pytest.mark.parametrize(
    ("direction", "envelope"), [("from_tavus", {"seq": 1, "turn_idx": 1}), ("to_tavus", {})]
)
def test_an_app_message_stands_for_itself(direction: Any, envelope: dict[str, int]) -> None:
    event = AppMessage(direction=direction, event_type="system.pal_present", properties={"a": 1})
    assert app_messages(trace_of(event), conversation_id="c2") == (
        {
            "message_type": "system",
            "event_type": "system.pal_present",
            "conversation_id": "c2",
            **envelope,
            "properties": {"a": 1},
        },
    )


def test_messages_can_be_asked_for_by_turn() -> None:
    trace = trace_of(PalSaid(text="Hi"), PalSaid(text="So?"), PalSaid(text="Bye"), turns=(0, 1, 2))
    (message,) = app_messages(trace, turn=1)
    assert message["properties"]["speech"] == "So?"
    assert message["turn_idx"] == 1


def test_an_answer_is_paired_with_its_call_across_turns() -> None:
    trace = trace_of(OPENED, called(), resolved(answered_by="canned"), turns=(0, 1, 2))
    (message,) = app_messages(trace, turn=2)
    assert message["event_type"] == "conversation.tool_result"


def test_one_entry_stands_for_at_most_one_message_seen_by_all() -> None:
    user = Entry(seq=7, at=0.0, turn=3, event=UserSaid(text="Hi"))
    message = app_message(user, conversation_id="c1")
    assert message is not None
    assert message["event_type"] == "conversation.utterance"
    assert len(list(messages_of(user, conversation_id="c1"))) == 2


@pytest.mark.parametrize(("answered_by", "seen"), [("client", True), ("handler", False)])
def test_without_the_trace_the_one_who_answered_tells_the_channel(
    answered_by: str, seen: bool
) -> None:
    entry = Entry(seq=1, at=0.0, turn=1, event=resolved(answered_by=answered_by))
    assert (app_message(entry, conversation_id="c1") is not None) is seen


@pytest.mark.parametrize(
    "event",
    [
        OPENED,
        Saved(name="a", value=1),
        Withheld(template="{result.a}", reason="missing_path", path="result.a"),
        Fault(owner="handler", message="It crashed."),
        TurnEnded(),
        SessionClosed(reason="finished"),
    ],
)
def test_what_is_only_ours_is_no_message(event: Event) -> None:
    assert app_messages(trace_of(event)) == ()


def test_every_event_type_is_listed_under_its_own_name_with_a_source() -> None:
    for name, kind in EVENT_TYPES.items():
        assert kind.name == name
        assert kind.source in set(get_args(Source)) - {"user"}
        assert kind.transports
    assert {name for name, kind in EVENT_TYPES.items() if kind.direction == "to_tavus"} == {
        "conversation.respond",
        "conversation.echo",
        "conversation.interrupt",
        "conversation.overwrite_llm_context",
        "conversation.append_llm_context",
        "conversation.sensitivity",
        "conversation.tool_result",
    }


def test_a_message_is_measured_in_bytes() -> None:
    room = 4096 - len(json.dumps({"text": ""}))
    assert not is_oversized({"text": "a" * room})
    assert is_oversized({"text": "a" * (room + 1)})
    assert is_oversized({"text": "é" * (room // 2 + 1)})
