"""A trace as a conversation to read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.report.conversation import ErrorMark, conversation
from pytest_tavus.report.lines import describe_event, format_duration
from pytest_tavus.trace.events import (
    EVENT_TYPES,
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
from pytest_tavus.wire import HttpExchange, HttpRequest
from tests.report.samples import (
    ORDER_TURN,
    ORDERS_URL,
    call,
    delivered,
    failed_delivery,
    pal_said,
    resolved,
    trace,
    user_said,
)


def mark(seq: int | None, *, turn: int = 1, number: int | None = None) -> ErrorMark:
    return ErrorMark(seq=seq, turn=turn, label="missing call", number=number)


def test_entries_are_numbered_as_in_the_trace() -> None:
    assert conversation(trace([(user_said("Hi."), pal_said("Hello."))])) == (
        "    turn 1",
        "      2  user    Hi.",
        "      3  PAL     Hello.",
    )


def test_the_fault_is_marked() -> None:
    lines = conversation(trace([(user_said("Hi."), pal_said("Hello."))]), marks=[mark(3)])
    assert lines[-1] == ">>>   3  PAL     Hello."


def test_an_absent_event_is_marked_at_the_end_of_its_turn() -> None:
    happened = trace([(user_said("Hi."),), (user_said("Bye."),)])
    assert conversation(happened, marks=[mark(None)]) == (
        "    turn 1",
        "      2  user    Hi.",
        ">>>              (missing call)",
        "    turn 2",
        "      4  user    Bye.",
    )


def test_a_turn_that_never_came_is_marked_too() -> None:
    lines = conversation(trace([(user_said("Hi."),)]), marks=[mark(None, turn=3)])
    assert lines[-2:] == ("    turn 3", ">>>              (missing call)")


def test_a_mark_on_an_entry_that_is_not_there_still_shows() -> None:
    lines = conversation(trace([(user_said("Hi."),)]), marks=[mark(99)])
    assert lines[-1] == ">>>              (missing call)"


def test_a_quiet_entry_is_shown_where_it_is_the_fault() -> None:
    happened = trace([(user_said("Hi."),)])
    assert ">>>   1  opened  Support" in conversation(happened, marks=[mark(1, turn=0)])


def test_several_marks_carry_their_numbers() -> None:
    happened = trace([(user_said("Hi."), pal_said("Hello."))])
    marks = [mark(3, number=2), mark(2, number=1), mark(3, number=3)]
    assert conversation(happened, marks=marks)[1:] == (
        ">>>   2  user    Hi.  <- 1",
        ">>>   3  PAL     Hello.  <- 2, 3",
    )


def test_before_the_first_line_has_a_heading_of_its_own() -> None:
    happened = Trace((Entry(seq=1, at=0.0, turn=0, event=pal_said("Welcome!")),))
    assert conversation(happened) == ("    before the first line", "      1  PAL     Welcome!")


def test_an_empty_trace_is_shown_as_nothing_happened() -> None:
    assert conversation(Trace(())) == ("    (nothing happened)",)


def test_lines_about_another_call_name_its_tool() -> None:
    happened = trace(
        [(call(1, "one", {}), call(2, "two", {}), resolved(1, "first"), resolved(2, "second"))]
    )
    assert conversation(happened)[3:] == (
        "      4  answer  [one] success first",
        "      5  answer  [two] success second",
    )


def test_a_turn_of_a_thousand_entries_is_shown_around_the_fault() -> None:
    happened = trace([[pal_said(f"line {number}") for number in range(1000)]])
    lines = conversation(happened, marks=[mark(500)])
    assert len(lines) < 40
    assert "    … 486 entries of turn 1 left out (486 PAL lines)" in lines
    assert ">>>  500  PAL     line 498" in lines


@given(st.integers(61, 300), st.data())
def test_every_mark_is_shown_however_long_the_conversation(
    length: int, data: st.DataObject
) -> None:
    happened = trace([[pal_said("x")] for _ in range(length)])
    seqs = data.draw(st.sets(st.integers(2, 2 * length), min_size=1, max_size=5))
    lines = conversation(happened, marks=[mark(seq, turn=seq // 2) for seq in seqs])
    assert sum(line.startswith(">>>") for line in lines) == len(seqs)


EXCHANGE = HttpExchange(request=HttpRequest(method="GET", url=ORDERS_URL))
TOLD: list[tuple[Event, str, str]] = [
    (SessionOpened(session="sim", conversation_id="c", pal="P", decisions="live"), "opened", "P"),
    (UserSaid(text="Hi."), "user", "Hi."),
    (PalSaid(text="Hello."), "PAL", "Hello."),
    (ToolCalled(call_id="1", name="end", arguments="", channel="api"), "call", "end"),
    (call(1, "end", {"a": 1}), "call", 'end {"a": 1}'),
    (delivered(1, ORDERS_URL), "http", f"POST {ORDERS_URL} -> 200"),
    (delivered(1, ORDERS_URL, seconds=0.1), "http", f"POST {ORDERS_URL} -> 200 in 0.1 s"),
    (
        failed_delivery(1, ORDERS_URL, kind="timeout", message="too late"),
        "http",
        f"POST {ORDERS_URL} -> timeout after 2.0 s: too late",
    ),
    (
        failed_delivery(1, ORDERS_URL, kind="crash", message="KeyError", status=500),
        "http",
        f"POST {ORDERS_URL} -> 500, crash: KeyError",
    ),
    (
        ToolDelivered(call_id="1", purpose="token", exchange=EXCHANGE),
        "token",
        f"GET {ORDERS_URL} -> nothing",
    ),
    (resolved(1, {"a": "é"}), "answer", 'success {"a": "é"}'),
    (
        ToolResolved(
            call_id="1", status="error", output="", answered_by="nobody", reason="refused"
        ),
        "answer",
        "error (refused)",
    ),
    (resolved(1, "x", by="canned"), "answer", "success, canned: x"),
    (
        AppMessage(direction="from_tavus", event_type="e", properties={"a": 1}),
        "event",
        '<- e {"a": 1}',
    ),
    (
        AppMessage(direction="to_tavus", event_type="e", properties={}, note="late"),
        "event",
        "-> e (late) {}",
    ),
    (Saved(name="id", value=["A"]), "saved", 'id = ["A"]'),
    (
        Withheld(template="{result.x}", reason="call_failed", path="result.x"),
        "unsaid",
        "{result.x} ({result.x}: the call failed, so there is no answer)",
    ),
    (Fault(owner="platform", message="gone"), "fault", "the platform: gone"),
    (TurnEnded(quiet_for=3.0), "quiet", "listened for 3.0 s"),
    (TurnEnded(), "quiet", "the turn is over"),
    (SessionClosed(reason="deadline"), "closed", "deadline"),
]


@pytest.mark.parametrize(("event", "who", "what"), TOLD)
def test_each_event_is_described_in_one_line(event: Event, who: str, what: str) -> None:
    told = describe_event(event)
    assert (told.who, told.what) == (who, what)


def test_every_kind_of_event_has_a_description() -> None:
    assert {type(event) for event, _, _ in TOLD} == set(EVENT_TYPES)


@pytest.mark.parametrize(("seconds", "text"), [(0.25, "0.2 s"), (9.94, "9.9 s"), (61.2, "61 s")])
def test_times_are_rounded_to_what_matters(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


def test_a_conversation_in_a_narrow_column_keeps_its_indent() -> None:
    lines = conversation(trace([ORDER_TURN]), columns=50)
    assert all(len(line) <= 50 for line in lines)
