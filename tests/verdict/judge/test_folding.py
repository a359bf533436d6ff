"""Two judgements with one reason are one cause, with the owner that can mend it."""

from __future__ import annotations

from pytest_tavus.trace.facts import Evidence
from pytest_tavus.verdict.verdict import decide
from tests.verdict.judge.samples import (
    BOTH_RULES,
    REFUND,
    expects,
    pal_says,
    run_judge,
    scenario,
    tool_call,
    trace_of,
    user_says,
)


def test_an_overall_verdict_follows_from_the_broken_guardrail_that_nobody_asserted() -> None:
    report = run_judge(scenario(expects=expects(overall="pass"), rules=BOTH_RULES), REFUND)
    (finding,) = report.findings
    assert finding.consequence
    verdict = decide(report.findings, report.rulings, evidence=Evidence(held=1))
    assert verdict.outcome == "failed"
    assert verdict.reason.startswith("guardrail no_refunds: ")


def test_an_overall_verdict_follows_from_the_finding_on_a_guardrail() -> None:
    wanted = expects(overall="pass", guardrails={"no_refunds": True})
    report = run_judge(scenario(expects=wanted, rules=BOTH_RULES), REFUND)
    assert [finding.consequence for finding in report.findings] == [False, True]


def test_an_overall_verdict_that_a_failed_call_explains_is_for_the_handler() -> None:
    trace = trace_of((user_says(), *tool_call(status="error"), pal_says("Sorry.")))
    report = run_judge(scenario(expects=expects(overall="pass")), trace)
    (finding,) = report.findings
    assert (finding.owner, finding.consequence) == ("handler", False)
