"""The one rule that joins findings and rulings."""

from __future__ import annotations

from itertools import product

import pytest

from pytest_tavus.trace.facts import Evidence
from pytest_tavus.verdict.verdict import Finding, Ruling, RulingOutcome, decide

FINDING = Finding(kind="missing_call", message="book was expected", owner="agent", span=None)


def ruling(outcome: RulingOutcome, subject: str = "overall") -> Ruling:
    return Ruling(subject=subject, outcome=outcome, reason="because", judge="rules/1")


def test_a_run_in_which_every_check_held_is_passed() -> None:
    verdict = decide([], [ruling("pass")], evidence=Evidence(held=3))
    assert (verdict.outcome, verdict.reason) == ("passed", "3 checks held")


def test_one_check_is_counted_in_the_singular() -> None:
    assert decide([], [], evidence=Evidence(held=1)).reason == "1 check held"


def test_a_finding_fails_the_run_and_gives_the_reason() -> None:
    verdict = decide([FINDING], [ruling("unsure")], evidence=Evidence(held=3))
    assert (verdict.outcome, verdict.reason) == ("failed", "book was expected")


def test_a_failing_ruling_fails_a_run_that_the_checks_passed() -> None:
    verdict = decide(
        [], [ruling("pass"), ruling("fail", "guardrail no_refunds")], evidence=Evidence(held=3)
    )
    assert (verdict.outcome, verdict.reason) == ("failed", "guardrail no_refunds: because")


def test_a_judge_never_rescues_a_run_that_the_checks_failed() -> None:
    assert decide([FINDING], [ruling("pass")], evidence=Evidence(held=3)).outcome == "failed"


@pytest.mark.parametrize("outcome", ["unsure", "error"])
def test_an_open_ruling_leaves_the_run_undecided(outcome: RulingOutcome) -> None:
    verdict = decide(
        [], [ruling("pass"), ruling(outcome, "objective greet")], evidence=Evidence(held=3)
    )
    assert (verdict.outcome, verdict.reason) == ("undecided", "objective greet: because")


def test_no_evidence_is_not_a_pass() -> None:
    verdict = decide([], [], evidence=Evidence())
    assert verdict.outcome == "undecided"
    assert (
        verdict.reason
        == "nothing was checked: there is no evidence to pass on, and silence is none"
    )


def test_a_judge_alone_is_no_evidence() -> None:
    assert decide([], [ruling("pass")], evidence=Evidence()).outcome == "undecided"


WEIGHTS = [Evidence(), Evidence(held=1), Evidence(played=1), Evidence(other=1)]


def test_nothing_but_evidence_without_objection_passes() -> None:
    outcomes: list[RulingOutcome] = ["pass", "fail", "unsure", "error"]
    cases = product([[], [FINDING]], [[], *([ruling(o)] for o in outcomes)], WEIGHTS)
    passed = [
        (findings, rulings, evidence)
        for findings, rulings, evidence in cases
        if decide(findings, rulings, evidence=evidence).outcome == "passed"
    ]
    assert passed == [
        ([], rulings, evidence) for rulings in ([], [ruling("pass")]) for evidence in WEIGHTS[1:]
    ]


def test_a_verdict_counts_held_and_played_facts_separately() -> None:
    for findings in ([], [FINDING]):
        verdict = decide(findings, [], evidence=Evidence(held=2, played=3, other=4))
        assert (verdict.held, verdict.played) == (2, 3)
    assert decide([], [], evidence=Evidence(held=2, played=3, other=4)).reason == "9 checks held"


def test_a_verdict_keeps_all_findings_and_rulings() -> None:
    verdict = decide([FINDING], [ruling("fail")], evidence=Evidence(held=1))
    assert (verdict.findings, verdict.rulings) == ((FINDING,), (ruling("fail"),))
