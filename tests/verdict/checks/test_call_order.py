"""In which order calls are expected, how often, and which expectation takes which."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from pytest_tavus.scenario.values.model import Times
from tests.verdict.checks.conversations import TWO, story_with_calls
from tests.verdict.checks.story import (
    ORDER,
    Story,
    expect,
    findings,
    in_any_order,
    in_order,
    report,
    turn,
)


def test_swapped_calls_are_one_wrong_order_finding() -> None:
    plan = in_order(expect(arguments=ORDER), expect("book"))
    story = story_with_calls(("book", {}), ("get_order_status", ORDER))
    (finding,) = report(story, turn(plan), tools=TWO).findings
    assert finding.kind == "wrong_order"
    assert finding.message == (
        "book: {} came before get_order_status: {order_id: A-10428}, but was expected after it"
    )
    assert finding.detail == "called in this order: book then get_order_status"
    assert finding.seqs == (3, 6)
    in_place = story_with_calls(("get_order_status", ORDER), ("book", {}))
    assert findings(in_place, turn(plan), tools=TWO) == []


def test_swapped_calls_of_one_tool_are_a_wrong_order_finding() -> None:
    first, second = {"order_id": "A-1"}, {"order_id": "A-2"}
    plan = in_order(expect(arguments=first), expect(arguments=second))
    story = story_with_calls(("get_order_status", second), ("get_order_status", first))
    assert findings(story, turn(plan)) == [
        (
            "wrong_order",
            (
                "get_order_status: {order_id: A-2} came before get_order_status: {order_id: A-1}, "
                "but was expected after it"
            ),
        )
    ]


def test_an_unordered_group_takes_its_calls_in_any_order() -> None:
    plan = in_any_order(expect(arguments=ORDER), expect("book"))
    both: list[tuple[str, Any]] = [("book", {}), ("get_order_status", ORDER)]
    for calls in permutations(both):
        assert findings(story_with_calls(*calls), turn(plan), tools=TWO) == []


@pytest.mark.parametrize("calls", list(permutations(["Oslo, celsius", "Oslo, kelvin"])))
@pytest.mark.parametrize("flipped", [False, True])
def test_overlapping_expectations_accept_calls_in_any_order(
    calls: tuple[str, ...], flipped: bool
) -> None:
    """Two calls with overlapping arguments were once taken in one order and refused in another."""
    loose = expect("book", {"city": "Oslo"})
    narrow = expect("book", {"city": "Oslo", "unit": "celsius"})
    members = (narrow, loose) if flipped else (loose, narrow)
    seen = [("book", dict(zip(("city", "unit"), call.split(", "), strict=True))) for call in calls]
    assert findings(story_with_calls(*seen), turn(in_any_order(*members)), tools=TWO) == []


def test_results_decide_between_identical_calls() -> None:
    first = expect(arguments=ORDER, expects_result=True, result={"n": 1})
    second = expect(arguments=ORDER, expects_result=True, result={"n": 2})
    story = Story().user().call(output={"n": 2}).call(output={"n": 1}).pal("Done.").end()
    assert findings(story, turn(in_any_order(first, second))) == []


def test_times_is_a_number_or_a_range() -> None:
    twice = turn(in_order(expect(arguments=ORDER, times=Times(minimum=2, maximum=2))))
    some = turn(in_order(expect(arguments=ORDER, times=Times(minimum=2, maximum=None))))
    call = ("get_order_status", ORDER)
    assert findings(story_with_calls(call, call), twice) == []
    assert findings(story_with_calls(call, call, call), some) == []
    assert findings(story_with_calls(call), twice) == [
        (
            "missing_call",
            "get_order_status: {order_id: A-10428} was expected 2 times, but was called only once",
        )
    ]
    assert findings(story_with_calls(), some) == [
        (
            "missing_call",
            (
                "get_order_status: {order_id: A-10428} was expected at least 2 times, "
                "but the PAL made no call"
            ),
        )
    ]


def test_a_call_expected_no_times_must_not_be_made() -> None:
    absent = turn(in_order(expect(times=Times(minimum=0, maximum=0))))
    assert findings(story_with_calls(), absent) == []
    assert findings(story_with_calls(("get_order_status", ORDER)), absent) == [
        (
            "unexpected_call",
            "get_order_status: {order_id: A-10428} was called, but no such call was expected",
        )
    ]
