"""A scenario is skipped only where no answer of a handler could change its verdict."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pytest_tavus.errors import ScenarioError
from pytest_tavus.plugin.marks import build_unproven_marks
from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.trace.facts import PROVES_NOTHING
from tests.run.conftest import Project, asgi
from tests.strategies import json_values

OPTIONAL: dict[str, st.SearchStrategy[Any]] = {
    "says": st.sampled_from(["Hello", "Bye", {"not": "sorry"}, {"equals": "Hello."}]),
    "never": st.sampled_from([["find"], [{"find": {"guests": 2}}, "show"]]),
    "calls": st.sampled_from(["none", [{"tool": "find", "times": {"min": 0, "max": 1}}]]),
    "quiet": st.sampled_from(["1s", "9s"]),
    "within": st.just("5s"),
    "extra": st.just("allowed"),
    "unchecked": st.just(["on_call"]),
    "events": st.sampled_from(
        [
            [{"absent": "conversation.tool_call"}],
            [{"conversation.utterance": {"role": "replica"}}],
        ]
    ),
}
PLAYS: st.SearchStrategy[Any] = st.sampled_from(
    [
        "Hello.",
        {"says": "Hello.", "later": {"after": "2s", "says": "Still there?"}},
        {"calls": "none", "says": "Hello."},
        {"says": "Hello.", "on_error": "Sorry."},
    ]
)
JUDGES: st.SearchStrategy[Any] = st.sampled_from(
    [
        {"tools": {"find": "not_invoked"}},
        {"overall": "partial"},
        {
            "guardrails": {"calm": "held"},
            "rules": {"guardrails": {"calm": {"never_said": ["sorry"]}}},
        },
    ]
)
silent_turns = st.fixed_dictionaries({"user": st.just("Hi."), "plays": PLAYS}, optional=OPTIONAL)
silent = st.fixed_dictionaries(
    {"name": st.just("a scenario"), "turns": st.lists(silent_turns, min_size=1, max_size=3)},
    optional={"judge": JUDGES, "never": st.just(["show"])},
)
"""Scenarios whose script makes no call."""

answers = st.tuples(st.sampled_from([200, 201, 400, 404, 500]), json_values)
CALLS = [{"find": {"guests": 2}}]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    made = Project(tmp_path_factory.mktemp("project"), {})
    yield made
    made.runner.close()


def loaded(project: Project, written: dict[str, Any]) -> Scenario:
    """Read a scenario; one that the language refuses anyway is of no interest."""
    try:
        (scenario,) = project.load(json.dumps({"pal": "waiter.pal.yaml", "scenarios": [written]}))
    except ScenarioError:
        assume(condition=False)
        raise
    return scenario


def verdict(project: Project, scenario: Scenario, status: int, body: Any) -> Any:
    """Play a scenario against a handler that always gives this answer."""
    handler = asgi(lambda scope, asked: body, status=status)
    found = project.runner.run(scenario, handler=handler).verdict
    # The clock of a conversation goes on in real time too, so that no two runs take as long.
    told = [(one.kind, re.sub(r"[\d.]+ s\b", "so many s", one.message)) for one in found.findings]
    return found.outcome, told, found.held


@settings(max_examples=150)
@given(written=silent, answer=answers, other=answers)
def test_no_answer_changes_the_verdict_of_a_scenario_that_is_skipped(
    project: Project, written: dict[str, Any], answer: Any, other: Any
) -> None:
    scenario = loaded(project, written)

    assert build_unproven_marks(scenario, "sim")
    assert verdict(project, scenario, *answer) == verdict(project, scenario, *other)
    assert verdict(project, scenario, *answer)[2] == 0


@settings(max_examples=75)
@given(written=silent, played=st.booleans(), place=st.integers(min_value=0, max_value=2))
def test_with_a_call_in_it_the_scenario_runs_and_a_failing_handler_fails_it(
    project: Project, written: dict[str, Any], *, played: bool, place: int
) -> None:
    turn = written["turns"][place % len(written["turns"])]
    turn["plays"] = {"calls": CALLS, "says": "Hello."} if played else "Hello."
    turn["calls"] = CALLS
    for key in ("never", "events", "within", "quiet"):
        turn.pop(key, None)
    scenario = loaded(project, written)

    assert build_unproven_marks(scenario, "sim") == []
    good, bad = (verdict(project, scenario, status, {"table": 7}) for status in (200, 500))
    assert good[2] > 0
    assert good != bad
    assert any(kind == "handler_error" for kind, _ in bad[1])


calling_turns = st.fixed_dictionaries(
    {
        "user": st.just("Hi."),
        "calls": st.sampled_from(
            [
                CALLS,
                [{"find": {"guests": 2}, "result": {"table": 7}, "within": "9s"}],
                [{"find": {"guests": 2}, "save": {"table": "result.table"}}],
            ]
        ),
    },
    optional={
        "plays": st.sampled_from(
            ["Hello.", "Table {result.table}.", {"says": "Hello.", "on_error": "Sorry."}]
        ),
        "says": st.sampled_from([{"not": "sorry"}, {"matches": "7|H"}]),
        "never": st.sampled_from(["show", [{"find": {"guests": 3}}]]),
        "quiet": st.just("1s"),
        "within": st.just("9s"),
        "save": st.just({"guests": "arguments.guests"}),
        "events": OPTIONAL["events"],
    },
)
calling = st.fixed_dictionaries(
    {"name": st.just("a scenario"), "turns": st.lists(calling_turns, min_size=1, max_size=3)},
    optional={
        "judge": st.sampled_from([{"overall": "pass"}, {"tools": {"find": "invoked"}}]),
        "never": st.just(["show"]),
    },
)
"""Scenarios in which a handler is asked, and answers as it should."""


@settings(max_examples=100)
@given(written=calling)
def test_the_counts_add_up_and_a_canned_answer_takes_all_that_the_handler_held(
    project: Project, written: dict[str, Any]
) -> None:
    body = {"table": 7}
    canned = {**written, "handler": {"canned": {"find": {"body": body}}}}

    real = project.runner.run(
        loaded(project, written), handler=asgi(lambda scope, asked: body)
    ).verdict
    script = project.runner.run(loaded(project, canned)).verdict

    assert real.outcome == script.outcome == "passed"
    assert real.reason == script.reason == f"{real.held + real.played} checks held"
    assert (script.held, script.played) == (0, real.held + real.played)
    assert real.held >= len(written["turns"])


@pytest.mark.parametrize(
    ("turn", "runs"),
    [
        ({"calls": CALLS}, True),
        ({"calls": [{"tool": "find", "times": {"min": 1}}]}, True),
        ({"plays": {"calls": ["find"], "says": "Hi."}, "extra": "allowed", "says": "Hi"}, True),
        ({"calls": CALLS, "plays": {"calls": "none", "says": "Hi."}}, True),
        ({"calls": [{"unordered": [*CALLS, "show"]}], "plays": "Hi."}, True),
        ({"calls": [{"tool": "find", "times": {"min": 0, "max": 3}}], "plays": "Hi."}, False),
        ({"calls": "none", "plays": "Hi."}, False),
        ({"plays": {"calls": "none", "says": "Hi."}, "never": "find"}, False),
    ],
)
def test_a_scenario_runs_where_its_script_makes_a_call_or_it_demands_one(
    project: Project, turn: dict[str, Any], *, runs: bool
) -> None:
    scenario = loaded(project, {"name": "a scenario", "turns": [{"user": "Hi.", **turn}]})

    assert (build_unproven_marks(scenario, "sim") == []) is runs


def test_the_reason_names_the_session_and_what_to_write(project: Project) -> None:
    scenario = loaded(project, {"name": "a scenario", "turns": [{"user": "Hi.", "calls": "none"}]})

    (mark,) = build_unproven_marks(scenario, "sim")

    assert mark.name == "skip"
    assert mark.kwargs["reason"] == (
        f"{PROVES_NOTHING}: in the session sim its script makes no call, so no answer of a "
        "handler could fail it; write a call under `calls:`"
    )


def test_where_no_script_decides_nothing_is_skipped(project: Project) -> None:
    scenario = loaded(project, {"name": "a scenario", "turns": [{"user": "Hi.", "calls": "none"}]})

    assert build_unproven_marks(scenario, "served") == []


def test_what_is_skipped_anyway_keeps_its_own_reason(project: Project) -> None:
    turns = [{"user": "Hi.", "calls": "none"}]
    written = {"name": "a scenario", "marks": [{"skip": "not today"}], "turns": turns}

    assert build_unproven_marks(loaded(project, written), "sim") == []


@pytest.mark.parametrize("client", [{"output": 7}, {"unanswered": True}])
def test_a_call_that_a_script_answers_itself_runs_too(project: Project, client: Any) -> None:
    written = {
        "name": "a scenario",
        "client": {"show": client},
        "turns": [{"user": "Hi.", "calls": [{"tool": "show", "status": "success"}]}],
    }

    assert build_unproven_marks(loaded(project, written), "sim") == []
