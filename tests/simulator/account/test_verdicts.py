"""From a scenario's `judge` to a verdict in Tavus's shape."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.scenario.load.parse import parse_inline
from pytest_tavus.scenario.values.model import JudgeExpectation, Scenario
from pytest_tavus.simulator.account.builder.verdicts import (
    JudgeScope,
    build_scripted_verdict,
    build_unscripted_verdict,
    find_judging_scenario,
)

SAID, UNSAID = "The scenario 's' says so.", "The scenario 's' does not say."

PAL = {"pal_name": "Dent", "system_prompt": "Book."}


def scenario(name: str, *lines: str, **judge: Any) -> Scenario:
    turns = [{"user": line, "says": {"contains": "x"}, "plays": {"says": "x"}} for line in lines]
    asked = {"judge": judge} if judge else {}
    return parse_inline({"pal": PAL, "turns": turns, **asked}, name=name)


def verdict(judged: JudgeScope | None = None, **judge: Any) -> dict[str, Any]:
    expected = JudgeExpectation(at=(), **judge)
    return build_scripted_verdict(expected, judged or JudgeScope(), scenario="s").to_json()


def test_the_verdict_agrees_with_each_entry_of_the_judge_block() -> None:
    assert verdict(
        overall="fail",
        objectives={"a": True, "b": False},
        guardrails={"g": False},
        tools={"t": True},
        knowledge_base=True,
    ) == {
        "objectives": [
            {"name": "a", "satisfied": True, "evidence": SAID},
            {"name": "b", "satisfied": False, "evidence": SAID},
        ],
        "guardrails": [{"name": "g", "held": False, "evidence": SAID}],
        "knowledge_base": {"used": True, "evidence": SAID},
        "tools": [{"name": "t", "invoked": True, "evidence": SAID}],
        "overall": "fail",
        "summary": "The verdict of the scenario 's'.",
    }


@pytest.mark.parametrize(("overall", "well"), [("pass", True), ("partial", False), ("fail", False)])
def test_parts_without_an_entry_follow_the_overall_verdict(overall: str, well: bool) -> None:
    judged = JudgeScope(objectives=("o", "p"), guardrails=("g",), tools=("t",))
    found = verdict(judged, overall=overall, objectives={"p": not well})
    assert found["objectives"] == [
        {"name": "o", "satisfied": well, "evidence": UNSAID},
        {"name": "p", "satisfied": not well, "evidence": SAID},
    ]
    assert found["guardrails"][0]["held"] is well
    assert found["tools"][0]["invoked"] is well


@pytest.mark.parametrize(
    ("judge", "overall"),
    [
        ({"objectives": {"a": True}}, "pass"),
        ({"objectives": {"a": True, "b": False}}, "partial"),
        ({"tools": {"t": False}}, "partial"),
        ({"knowledge_base": False}, "partial"),
        ({"knowledge_base": True}, "pass"),
    ],
)
def test_a_missing_overall_verdict_follows_from_the_parts(
    judge: dict[str, Any], overall: str
) -> None:
    assert verdict(**judge)["overall"] == overall


def test_the_scenario_with_exactly_these_lines_decides() -> None:
    one = scenario("one", "hi", overall="partial")
    two = scenario("two", "hi", "bye", overall="pass")
    silent = scenario("silent", "hi", "bye")
    found = find_judging_scenario([silent, one, two], ["hi", "bye"])
    assert found is not None
    assert found[0] is two
    assert found[1].overall == "pass"


def test_without_an_exact_scenario_the_first_with_a_judge_decides() -> None:
    one = scenario("one", "hi", overall="partial")
    two = scenario("two", "hi", "bye", overall="pass")
    found = find_judging_scenario([scenario("silent", "x"), one, two], ["something else"])
    assert found is not None
    assert found[0] is one
    assert find_judging_scenario([scenario("silent", "x")], ["x"]) is None


def test_without_a_script_the_verdict_is_partial_and_says_why() -> None:
    why = "No verdict is scripted for this PAL: no loaded scenario of it has a judge block."
    verdict = build_unscripted_verdict().to_json()
    assert (verdict["overall"], verdict["summary"]) == ("partial", why)
    assert verdict["knowledge_base"] == {"used": False, "evidence": why}
