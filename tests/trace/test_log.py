"""The recorder appends; the trace is read."""

from __future__ import annotations

import pytest

from pytest_tavus.clock import ManualClock
from pytest_tavus.errors import HarnessError
from pytest_tavus.trace import codec
from pytest_tavus.trace.events import (
    EVENT_TYPES,
    PalSaid,
    Saved,
    SessionOpened,
    ToolCalled,
    ToolResolved,
    UserSaid,
)
from pytest_tavus.trace.log import Entry, Recorder, Trace

OPENED = SessionOpened(session="sim", conversation_id="c1", pal="Shop", decisions="scripted")
CALLED = ToolCalled(call_id="call_1", name="find", arguments="{}", channel="api")
RESOLVED = ToolResolved(call_id="call_1", status="success", output="{}", answered_by="handler")


def recorder() -> Recorder:
    return Recorder(now=ManualClock(step=0.5).now)


def test_entries_are_numbered_from_one_and_stamped_by_the_given_clock() -> None:
    log = recorder()
    log.record(OPENED)
    log.record(UserSaid(text="Hi"))
    assert [(entry.seq, entry.at) for entry in log.trace()] == [(1, 0.0), (2, 0.5)]


def test_an_entry_belongs_to_the_current_turn_unless_another_is_given() -> None:
    log = recorder()
    log.record(OPENED)
    log.turn = 2
    log.record(UserSaid(text="Hi"))
    log.record(RESOLVED, turn=1)
    assert [entry.turn for entry in log.trace()] == [0, 2, 1]
    assert log.trace().turns() == 2


def test_a_listener_gets_each_entry_when_it_is_stored() -> None:
    seen: list[Entry] = []
    log = Recorder(now=ManualClock().now, listener=seen.append)
    returned = log.record(UserSaid(text="hunter22"))
    assert seen == [returned] == list(log.trace())


def test_a_trace_in_clear_hides_its_entries_and_is_not_written() -> None:
    log = recorder()
    log.record(UserSaid(text="hunter22"))
    assert repr(log.trace()) == "Trace(1 entries in clear)"
    assert "hunter22" in repr(Trace(log.trace().entries, masked=True))
    with pytest.raises(HarnessError, match="in clear"):
        list(codec.encode(log.trace(), codec.TraceHeader(scenario="x")))


def test_a_trace_does_not_grow_with_its_recorder() -> None:
    log = recorder()
    before = log.trace()
    log.record(OPENED)
    assert (len(before), len(log.trace())) == (0, 1)


def test_events_are_found_by_kind_and_turn() -> None:
    log = recorder()
    for turn in (1, 2):
        log.turn = turn
        log.record(UserSaid(text=f"line {turn}"))
        log.record(PalSaid(text="ok"))
    trace = log.trace()
    assert [event.text for _, event in trace.of(UserSaid)] == ["line 1", "line 2"]
    assert [event.text for _, event in trace.of(UserSaid, turn=2)] == ["line 2"]
    assert list(trace.of(ToolCalled)) == []


def test_a_call_is_matched_with_its_resolution_by_id() -> None:
    log = recorder()
    log.record(CALLED)
    assert log.trace().resolution("call_1") is None
    log.record(RESOLVED)
    found = log.trace().resolution("call_1")
    assert found is not None
    assert found[1] == RESOLVED
    assert [event for _, event in log.trace().calls()] == [CALLED]
    assert log.trace().resolution("call_2") is None


def test_a_trace_has_the_opening_and_the_saved_values() -> None:
    log = recorder()
    assert log.trace().opened() is None
    log.record(OPENED)
    log.record(Saved(name="id", value=1))
    log.record(Saved(name="id", value=2))
    assert log.trace().opened() == OPENED
    assert log.trace().saved() == {"id": 2}


def test_an_empty_trace_has_no_turns() -> None:
    assert Trace(()).turns() == 0


def test_the_union_of_events_is_closed() -> None:
    assert len(EVENT_TYPES) == 12
    assert len({kind.__name__ for kind in EVENT_TYPES}) == 12
