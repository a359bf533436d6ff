"""What a conversation keeps from one turn for the next."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from pytest_tavus.clock import ManualClock
from pytest_tavus.matching.matchers.registry import build_matcher
from pytest_tavus.scenario.values.model import CallExpectation, CallGroup, Turn
from pytest_tavus.simulator.pal.memory import Memory
from pytest_tavus.trace.events import Saved, ToolCalled
from pytest_tavus.trace.log import Recorder


class Kept:
    """A memory, and the calls it is told of."""

    def __init__(self) -> None:
        self.recorder = Recorder(now=ManualClock().now)
        self.memory = Memory(self.recorder, env={"SHOP": "north"})
        self._calls = 0

    def turn(
        self, *expected: CallExpectation | CallGroup, save: Mapping[str, str] | None = None
    ) -> Turn:
        self.recorder.turn += 1
        calls = CallGroup(at=(), ordered=True, members=expected)
        turn = Turn(at=(), user="Hello.", calls=calls, save=save or {})
        self.memory.begin(turn)
        return turn

    def called(self, tool: str = "book", **arguments: Any) -> ToolCalled:
        self._calls += 1
        call = ToolCalled(
            call_id=f"t{self._calls}",
            name=tool,
            arguments=json.dumps(arguments),
            channel="api",
        )
        self.recorder.record(call)
        return call

    def call(self, answer: Any, tool: str = "book", **arguments: Any) -> None:
        text = answer if isinstance(answer, str) else json.dumps(answer)
        self.memory.record_answer(self.called(tool, **arguments), text, "handler")

    @property
    def saved(self) -> Any:
        return self.memory.scope()["saved"]


def expect(tool: str = "book", arguments: Any = None, **save: str) -> CallExpectation:
    return CallExpectation(at=(), tool=tool, arguments=arguments or {}, save=save)


def test_a_value_of_the_answer_is_kept_with_its_type() -> None:
    kept = Kept()
    kept.turn(expect(booking="result.booking.id", whole="result"))

    kept.call({"booking": {"id": 7}})

    assert kept.saved == {"booking": 7, "whole": {"booking": {"id": 7}}}


def test_a_value_of_the_arguments_is_kept() -> None:
    kept = Kept()
    kept.turn(expect(guests="arguments.guests"))

    kept.call({}, guests=2)

    assert kept.saved == {"guests": 2}


def test_a_saved_value_is_in_the_trace_at_once() -> None:
    kept = Kept()
    kept.turn(expect(booking="result.id"))

    kept.call({"id": 7})

    assert [event for _, event in kept.recorder.trace().of(Saved)] == [
        Saved(name="booking", value=7, filled_by="handler")
    ]


def test_an_answer_that_is_no_json_is_kept_whole() -> None:
    kept = Kept()
    kept.turn(expect(page="result"))

    kept.call("Table 7.")

    assert kept.saved == {"page": "Table 7."}


def test_a_value_that_is_not_there_is_not_kept() -> None:
    kept = Kept()
    kept.turn(expect(booking="result.id", table="result.table"))

    kept.call({"table": 7})

    assert kept.saved == {"table": 7}


def test_a_call_that_nobody_expects_leaves_nothing() -> None:
    kept = Kept()
    kept.turn(expect("book", booking="result.id"))

    kept.call({"id": 7}, "find")

    assert kept.saved == {}


def test_a_call_with_other_arguments_leaves_nothing() -> None:
    kept = Kept()
    kept.turn(expect(arguments={"guests": 2}, booking="result.id"))

    kept.call({"id": 1}, guests=3)
    assert kept.saved == {}

    kept.call({"id": 2}, guests=2)
    assert kept.saved == {"booking": 2}


def test_a_matcher_decides_which_call_leaves_something() -> None:
    kept = Kept()
    kept.turn(expect(arguments={"guests": build_matcher("gt", 4)}, booking="result.id"))

    kept.call({"id": 1}, guests=3)
    kept.call({"id": 2}, guests=5)

    assert kept.saved == {"booking": 2}


def test_an_expected_call_leaves_something_once() -> None:
    kept = Kept()
    kept.turn(expect(booking="result.id"))

    kept.call({"id": 1})
    kept.call({"id": 2})

    assert kept.saved == {"booking": 1}


def test_two_expected_calls_leave_what_each_of_them_is_to_leave() -> None:
    kept = Kept()
    unordered = CallGroup(
        at=(),
        ordered=False,
        members=(
            expect(arguments={"guests": 2}, small="result.id"),
            expect(arguments={"guests": 8}, large="result.id"),
        ),
    )
    kept.turn(unordered)

    kept.call({"id": 1}, guests=8)
    kept.call({"id": 2}, guests=2)

    assert kept.saved == {"large": 1, "small": 2}


def test_what_was_expected_in_an_earlier_turn_is_not_waited_for() -> None:
    kept = Kept()
    kept.turn(expect(booking="result.id"))
    kept.turn()

    kept.call({"id": 7})

    assert kept.saved == {}


def test_an_expectation_reads_what_was_kept_before() -> None:
    kept = Kept()
    kept.turn(expect(booking="result.id"))
    kept.call({"id": 7})
    kept.turn(expect("cancel", {"id": "{saved.booking}"}, done="result.done"))

    kept.call({"done": True}, "cancel", id=8)
    assert "done" not in kept.saved

    kept.call({"done": True}, "cancel", id=7)
    assert kept.saved == {"booking": 7, "done": True}


def test_an_expectation_that_reads_what_was_never_kept_fits_nothing() -> None:
    kept = Kept()
    kept.turn(expect("cancel", {"id": "{saved.booking}"}, done="result.done"))

    kept.call({"done": True}, "cancel", id=7)

    assert kept.saved == {}


def test_a_turn_keeps_what_its_last_call_leaves() -> None:
    kept = Kept()
    turn = kept.turn(save={"booking": "result.id"})
    kept.call({"id": 1})
    kept.call({"id": 2})

    kept.memory.finish(turn)

    assert kept.saved == {"booking": 2}


def test_the_last_call_is_the_one_made_last_and_not_the_one_answered_last() -> None:
    kept = Kept()
    turn = kept.turn(save={"booking": "result.id"})
    first, second = kept.called("first"), kept.called("second")
    kept.memory.record_answer(second, '{"id": 2}', "handler")
    kept.memory.record_answer(first, '{"id": 1}', "handler")

    kept.memory.finish(turn)

    assert kept.saved == {"booking": 2}


@pytest.mark.parametrize("before", [True, False])
def test_a_turn_without_a_call_keeps_nothing(before: bool) -> None:
    kept = Kept()
    if before:
        kept.turn()
        kept.call({"id": 1})
    turn = kept.turn(save={"booking": "result.id"})

    kept.memory.finish(turn)

    assert kept.saved == {}


def test_the_environment_can_be_read() -> None:
    assert Kept().memory.scope() == {"env": {"SHOP": "north"}, "saved": {}}
