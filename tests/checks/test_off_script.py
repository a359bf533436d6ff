"""What a scripted PAL says in place of its line is not held against `says`."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.scenario.model import Plays, SpeechExpectation, Turn
from pytest_tavus.trace.events import Decisions, Withheld
from pytest_tavus.wire import HttpResponse
from tests.checks.story import Story, expect, in_order, report, tool, turn

SAYS = SpeechExpectation(at=("says",), contains=("today by 6pm",), excludes=("sorry",))


def hears(**more: Any) -> Turn:
    return turn(says=SAYS, **more)


def kinds(story: Story, *turns: Turn, **more: Any) -> list[str]:
    return [finding.kind for finding in report(story, *turns, **more).findings]


def failing(decisions: Decisions = "scripted") -> Story:
    story = Story(decisions=decisions).user()
    return story.fails(response=HttpResponse(status=500)).pal("I'm sorry.").end()


def test_a_failed_call_is_told_once_and_not_as_missing_speech_too() -> None:
    assert kinds(failing(), hears(calls=in_order(expect()))) == ["handler_error"]


def test_a_withheld_line_is_told_once_and_not_as_missing_speech_too() -> None:
    story = Story().user().call()
    withheld = Withheld(
        template="It comes {result.when}.", reason="missing_path", path="result.when", call_id="t1"
    )
    story.record(withheld).pal("I'm sorry, I don't have that information.").end()

    assert kinds(story, hears(calls=in_order(expect()))) == ["unknown_answer"]


def test_the_line_that_was_written_for_a_failure_is_held_to_what_was_expected() -> None:
    plays = Plays(at=("plays",), on_error="I'm sorry.")

    found = kinds(failing(), hears(calls=in_order(expect()), plays=plays))

    assert found == ["handler_error", "missing_speech", "forbidden_speech"]


def test_a_failure_that_was_expected_leaves_the_speech_to_be_judged() -> None:
    found = kinds(failing(), hears(calls=in_order(expect(status="error"))))

    assert found == ["missing_speech", "forbidden_speech"]


def test_what_a_model_makes_of_a_failure_is_judged() -> None:
    found = kinds(failing("model"), hears(calls=in_order(expect())))

    assert found == ["handler_error", "missing_speech", "forbidden_speech"]


@pytest.mark.parametrize("says", ["I'm sorry.", "Later."])
def test_an_unanswered_call_that_nobody_waits_for_excuses_nothing(says: str) -> None:
    silent = tool(client=True, on_resolve="fire_and_forget")
    story = Story().user()
    story.call(status="unanswered", output="", http_status=None, by="nobody").pal(says).end()

    found = kinds(story, hears(calls=in_order(expect())), tools=(silent,))

    assert "missing_speech" in found
