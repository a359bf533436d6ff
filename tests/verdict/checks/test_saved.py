"""`{saved.x}` in an expected call: what was kept before that call was answered, never its own."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.trace.events import Saved
from tests.verdict.checks.story import Story, expect, findings, in_any_order, in_order, turn

OWN = expect(expects_result=True, result={"eta": "{saved.eta}"}, save={"eta": "result.eta"})


def order(story: Story, eta: str, *, saves: bool = False) -> Story:
    story.call(output={"eta": eta})
    if saves:
        story.record(Saved(name="eta", value=eta))
    return story.pal("Let me see.")


def kinds(story: Story, *turns: Any) -> list[str]:
    return [kind for kind, _ in findings(story.end(), *turns)]


def test_an_answer_is_not_compared_with_a_value_saved_from_itself() -> None:
    story = order(Story().user(), "today", saves=True).end()
    assert findings(story, turn(in_order(OWN))) == [
        (
            "nothing_saved",
            (
                "what is expected in turn 1 cannot be compared: "
                "{saved.eta}: there is no 'eta' in saved"
            ),
        )
    ]


@pytest.mark.parametrize(("now", "found"), [("today", []), ("tomorrow", ["wrong_result"])])
def test_an_answer_that_is_saved_again_is_compared_with_the_former_value(
    now: str, found: list[str]
) -> None:
    first = turn(in_order(expect(save={"eta": "result.eta"})))
    story = order(order(Story().user(), "today", saves=True).end().user(), now, saves=True)
    assert kinds(story, first, turn(in_order(OWN))) == found


@pytest.mark.parametrize(("now", "found"), [("today", []), ("tomorrow", ["wrong_result"])])
def test_in_a_turn_that_saves_again_the_answer_is_compared_with_the_former_value(
    now: str, found: list[str]
) -> None:
    first = turn(in_order(expect(save={"eta": "result.eta"})))
    reads = expect(expects_result=True, result={"eta": "{saved.eta}"})
    second = turn(in_order(reads), save={"eta": "result.eta"})
    story = order(order(Story().user(), "today", saves=True).end().user(), now, saves=True)
    assert kinds(story, first, second) == found


def test_a_value_that_a_turn_saves_at_its_end_is_missing_for_its_calls() -> None:
    reads = expect(expects_result=True, result={"eta": "{saved.eta}"})
    sent = expect(arguments={"order_id": "{saved.eta}"})
    story = order(Story().user(), "A-10428", saves=True).end()
    for one in (reads, sent):
        assert kinds(story, turn(in_order(one), save={"eta": "result.eta"})) == ["nothing_saved"]


@pytest.mark.parametrize("group", [in_order, in_any_order])
@pytest.mark.parametrize(("second", "found"), [("today", []), ("tomorrow", ["wrong_result"])])
def test_a_later_call_reads_what_an_earlier_one_of_its_turn_saved(
    group: Any, second: str, found: list[str]
) -> None:
    saves = expect(save={"eta": "result.eta"})
    reads = expect(expects_result=True, result={"eta": "{saved.eta}"})
    story = order(order(Story().user(), "today", saves=True), second)
    assert kinds(story, turn(group(saves, reads))) == found


def test_a_later_call_reads_the_last_value_and_not_the_one_of_an_earlier_turn() -> None:
    saves = expect(save={"eta": "result.eta"})
    reads = expect(expects_result=True, result={"eta": "{saved.eta}"})
    for last, found in (("tomorrow", []), ("today", ["wrong_result"])):
        story = order(Story().user(), "today", saves=True).end().user()
        order(order(story, "tomorrow", saves=True), last)
        assert kinds(story, turn(in_order(saves)), turn(in_order(saves, reads))) == found


def test_two_calls_cannot_confirm_each_other_by_saved_values() -> None:
    """The call that was saved of is not let stand for the one that reads what was saved."""
    saves = expect(save={"eta": "result.eta"})
    reads = expect(expects_result=True, result={"eta": "{saved.eta}"})
    story = order(order(Story().user(), "today", saves=True), "tomorrow")
    assert kinds(story, turn(in_any_order(reads, saves))) != []
