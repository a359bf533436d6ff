"""`extra: allowed`: other calls are accepted, and more of those that are expected are not."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.scenario.values.model import CallGroup, Times
from tests.verdict.checks.story import (
    ORDER,
    Story,
    expect,
    in_any_order,
    in_order,
    report,
    tool,
    turn,
)

OTHER = {"order_id": "A-2"}
TWO = (tool(), tool("book"))


def times(minimum: int, maximum: int | None, **more: Any) -> Any:
    return expect(arguments=ORDER, times=Times(minimum=minimum, maximum=maximum), **more)


def kinds(group: CallGroup, *arguments: Any, left: int = 1) -> list[str]:
    story = Story().user()
    for one in arguments:
        name = "book" if one == "book" else "get_order_status"
        story.call(name, OTHER if one == "book" else one, {"left": left}).pal("Let me see.")
    found = report(story.end(), turn(group, extra=True), tools=TWO)
    return [finding.kind for finding in found.findings]


@pytest.mark.parametrize("group", [in_order, in_any_order])
@pytest.mark.parametrize(
    ("minimum", "maximum", "accepted"),
    [(1, 1, {1}), (2, 2, {2}), (0, 1, {0, 1}), (1, 2, {1, 2}), (1, None, {1, 2, 3})],
)
@pytest.mark.parametrize("number", range(4))
def test_times_is_a_limit_where_other_calls_are_allowed(
    group: Any, minimum: int, maximum: int | None, accepted: set[int], number: int
) -> None:
    found = kinds(group(times(minimum, maximum)), "book", *[ORDER] * number, OTHER)
    assert (found == []) is (number in accepted)
    if number and number > max(accepted):
        assert set(found) == {"unexpected_call"}


def test_a_call_is_a_repetition_only_if_no_expectation_can_take_it() -> None:
    both = in_order(times(1, 1), expect(times=Times(minimum=1, maximum=None)))
    assert kinds(both, ORDER, ORDER, OTHER) == []
    assert kinds(in_order(times(1, 1), times(1, 1)), ORDER, ORDER) == []
    assert kinds(in_order(times(1, 1), times(1, 1)), ORDER, ORDER, ORDER) == ["unexpected_call"]


def test_a_missing_call_does_not_turn_an_allowed_call_into_a_repetition() -> None:
    group = in_order(expect("book"), times(0, 1))
    assert kinds(group, ORDER) == ["missing_call"]
    assert kinds(group, "book", ORDER) == []


def test_the_hint_of_a_repeated_call_says_what_extra_allows() -> None:
    story = Story().user().call().call().pal("It comes.").end()
    (finding,) = report(story, turn(in_order(expect(arguments=ORDER)), extra=True)).findings
    assert finding.message == (
        "get_order_status: {order_id: A-10428} was called more often than expected: "
        "get_order_status was called 2 times in this turn"
    )
    assert finding.hint == (
        "`extra: allowed` allows other calls; how often one is expected is written `times:`"
    )


def test_a_wrong_answer_is_reported_although_a_repeated_call_has_the_right_one() -> None:
    wanted = times(1, 1, expects_result=True, result={"left": 2})
    assert kinds(in_order(wanted), ORDER, left=2) == []
    assert "wrong_result" in kinds(in_order(wanted), ORDER, left=1)
