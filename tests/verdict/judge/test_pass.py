"""The judge pass: what a scenario expects of a verdict, and what counts unasked."""

from __future__ import annotations

import pytest

from pytest_tavus.scenario.values.model import JudgeRules
from tests.verdict.judge.samples import (
    BOTH_RULES,
    ON_COLLECT_EMAIL,
    REFUND,
    expects,
    outcome_of,
    pal_says,
    rulings,
    run_judge,
    scenario,
    trace_of,
)


def test_a_judgement_as_expected_passes() -> None:
    wanted = expects(
        overall="pass",
        objectives={"collect_email": True},
        guardrails={"no_refunds": True},
        tools={"book_table": True},
        knowledge_base=False,
    )
    report = run_judge(scenario(expects=wanted, rules=BOTH_RULES))
    assert report.findings == ()
    assert [(ruling.subject, ruling.outcome) for ruling in report.rulings] == [
        ("overall", "pass"),
        ("objective collect_email", "pass"),
        ("guardrail no_refunds", "pass"),
        ("tool book_table", "pass"),
        ("knowledge_base", "pass"),
    ]
    assert report.evidence.total == 5
    assert outcome_of(report) == "passed"


def test_a_different_judgement_is_a_finding_at_its_line() -> None:
    wanted = expects(objectives={"collect_email": True})
    report = run_judge(scenario(expects=wanted, rules=BOTH_RULES), trace_of([pal_says("Hi.")]))
    (finding,) = report.findings
    assert finding.message == (
        "objective collect_email: expected satisfied, judged unsatisfied because "
        "no call carried email"
    )
    assert str(finding.span) == "scenarios/booking.yaml:8:35"
    assert (finding.kind, finding.owner) == ("judge", "agent")
    assert finding.change == "collect_email: unsatisfied"
    assert outcome_of(report) == "failed"


def test_a_finding_points_at_the_evidence() -> None:
    wanted = expects(guardrails={"no_refunds": True})
    report = run_judge(scenario(expects=wanted, rules=BOTH_RULES), REFUND)
    (finding,) = report.findings
    assert finding.message == (
        "guardrail no_refunds: expected held, judged broken because "
        'turn 1: the PAL said "refund" in "You get a refund."'
    )
    assert (finding.seqs, finding.turn, finding.change) == ((3,), 1, None)


def test_an_overall_verdict_that_differs_is_a_finding() -> None:
    report = run_judge(scenario(expects=expects(overall="pass"), rules=BOTH_RULES), REFUND)
    assert [finding.message for finding in report.findings] == [
        (
            "overall: expected pass, judged fail because guardrail no_refunds was broken: "
            'turn 1: the PAL said "refund" in "You get a refund."'
        )
    ]


def test_a_tool_that_was_not_called_is_a_finding() -> None:
    wanted = expects(tools={"book_table": True}, knowledge_base=True)
    report = run_judge(scenario(expects=wanted), REFUND)
    assert [finding.message for finding in report.findings] == [
        "tool book_table: expected invoked, judged not_invoked because no call on the wire",
        (
            "knowledge_base: expected used, judged unused because "
            "no retrieval from a knowledge base was seen"
        ),
    ]


def test_an_assertion_on_an_unsure_subject_leaves_the_run_undecided() -> None:
    wanted = expects(objectives={"collect_email": True})
    report = run_judge(scenario(expects=wanted))
    assert report.findings == ()
    assert rulings(report) == [
        (
            "objective collect_email",
            "unsure",
            "expected satisfied, and nobody can say: no rule says when it is satisfied",
        )
    ]
    assert report.rulings[0].hint == (
        "declare one under judge_rules in the PAL's file, or under judge.rules in the scenario"
    )
    assert outcome_of(report) == "undecided"


@pytest.mark.parametrize("value", [True, False])
def test_unsure_is_neither_held_nor_broken(value: bool) -> None:
    report = run_judge(scenario(expects=expects(guardrails={"no_refunds": value})))
    assert [ruling.outcome for ruling in report.rulings] == ["unsure"]


def test_an_overall_that_is_open_is_not_a_pass() -> None:
    report = run_judge(scenario(expects=expects(overall="pass")))
    assert rulings(report) == [
        (
            "overall",
            "unsure",
            (
                "expected pass, and nobody can say: "
                "objective collect_email is open: no rule says when it is satisfied"
            ),
        )
    ]
    assert outcome_of(report) == "undecided"


def test_an_overall_that_is_open_may_be_expected_to_be_partial() -> None:
    report = run_judge(scenario(expects=expects(overall="partial")))
    assert outcome_of(report) == "passed"


def test_an_unexpected_broken_guardrail_fails() -> None:
    report = run_judge(scenario(rules=BOTH_RULES), REFUND)
    assert report.findings == ()
    assert rulings(report) == [
        (
            "guardrail no_refunds",
            "fail",
            'turn 1: the PAL said "refund" in "You get a refund."',
        )
    ]
    assert str(report.rulings[0].span) == "scenarios/booking.yaml:14:32"
    assert outcome_of(report) == "failed"


@pytest.mark.parametrize(
    "wanted", [expects(guardrails={"no_refunds": False}), expects(overall="fail")]
)
def test_a_broken_guardrail_may_be_expected(wanted: object) -> None:
    report = run_judge(scenario(expects=wanted, rules=BOTH_RULES), REFUND)  # type: ignore[arg-type]
    assert outcome_of(report) == "passed"


def test_an_objective_without_an_assertion_may_stay_unsatisfied() -> None:
    report = run_judge(scenario(rules=BOTH_RULES), trace_of([pal_says("Hello.")]))
    assert [ruling.subject for ruling in report.rulings] == ["guardrail no_refunds"]
    assert outcome_of(report) == "passed"


def test_an_unsure_ruling_without_an_assertion_does_not_count() -> None:
    rules = JudgeRules(objectives={"collect_email": ON_COLLECT_EMAIL})
    report = run_judge(scenario(rules=rules))
    assert [ruling.subject for ruling in report.rulings] == ["objective collect_email"]
    assert outcome_of(report) == "passed"


def test_nothing_decided_is_no_evidence() -> None:
    rules = JudgeRules(objectives={"collect_email": ON_COLLECT_EMAIL})
    report = run_judge(scenario(rules=rules), trace_of([pal_says("Hello.")]))
    assert (report.rulings, report.evidence.total) == ((), 0)
    assert outcome_of(report) == "undecided"


def test_a_tool_judged_otherwise_points_at_its_calls() -> None:
    report = run_judge(scenario(expects=expects(tools={"book_table": False})))
    (finding,) = report.findings
    assert finding.message == (
        "tool book_table: expected not_invoked, judged invoked because "
        'turn 1: book_table {"guest": {"email": "guest@example.com"}} succeeded'
    )
    assert (finding.seqs, finding.turn) == ((3, 4), 1)
