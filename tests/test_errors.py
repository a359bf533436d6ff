"""Every error says where, what, and what to do."""

from __future__ import annotations

import pytest

from pytest_tavus.errors import (
    MAX_COMPARED_WORDS,
    HandlerError,
    HarnessError,
    Problem,
    ScenarioError,
    ServiceError,
    TavusError,
    did_you_mean,
)
from pytest_tavus.spans import SourceSpan


def test_a_problem_is_written_with_its_place_and_its_hint() -> None:
    problem = Problem(
        message="'trun' is not a key of a scenario",
        span=SourceSpan(path="a.yaml", line=4, column=3),
        hint="did you mean 'turn'?",
    )
    assert str(problem) == (
        "a.yaml:4:3: 'trun' is not a key of a scenario\n    hint: did you mean 'turn'?"
    )
    assert str(Problem(message="nothing to do")) == "nothing to do"


def test_a_scenario_error_carries_every_problem_of_a_file() -> None:
    one, two = Problem(message="one"), Problem(message="two")
    assert ScenarioError([one, two]).problems == (one, two)
    assert str(ScenarioError([one, two])) == "one\ntwo"
    assert ScenarioError(one).problems == (one,)
    assert ScenarioError("one").problems == (one,)


def test_a_handler_error_shows_the_handlers_own_words_below_the_message() -> None:
    assert str(HandlerError("it did not start")) == "it did not start"
    assert str(HandlerError("it did not start", detail="boom")) == "it did not start\nboom"


@pytest.mark.parametrize(
    ("error", "owner"),
    [
        (ScenarioError("x"), "test"),
        (HandlerError("x"), "handler"),
        (ServiceError("x"), "platform"),
        (HarnessError("x"), "harness"),
    ],
)
def test_every_error_names_its_owner(error: TavusError, owner: str) -> None:
    assert error.owner == owner


def test_a_close_word_is_suggested_and_a_far_one_is_not() -> None:
    assert did_you_mean("argumets", ["arguments", "result"]) == "did you mean 'arguments'?"
    assert did_you_mean("zzz", ["arguments", "result"]) is None


def test_no_suggestion_is_searched_in_a_very_long_list() -> None:
    words = [f"word_{number}" for number in range(MAX_COMPARED_WORDS)]

    assert did_you_mean("wrod_7", words) == "did you mean 'word_7'?"
    assert did_you_mean("wrod_7", [*words, "one more"]) is None
