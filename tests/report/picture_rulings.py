"""What the judge leaves undecided, fails, or was not asked."""

from __future__ import annotations

from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.trace.facts import Evidence
from pytest_tavus.verdict.verdict import Ruling, decide
from tests.report.samples import (
    ORDER,
    ORDER_TURN,
    SCOPE,
    THANKS_TURN,
    pal_said,
    result,
    scenario,
    trace,
    user_said,
)

ORDER_NAME = "tells the caller where the order is"


def undecided_judge() -> ScenarioResult:
    """Nothing is wrong and something is not proven."""
    judge = ORDER.span((*SCOPE, "judge", "objectives", "locate_order"))
    rulings = (
        Ruling(subject="overall", outcome="pass", reason="expected pass", judge="rules/1"),
        Ruling(
            subject="objective locate_order",
            outcome="unsure",
            reason="expected satisfied, and nobody can say: no rule says when it is satisfied",
            judge="rules/1",
            span=judge,
            hint="declare one under judge_rules in the PAL's file",
        ),
    )
    happened = trace([ORDER_TURN, THANKS_TURN])
    return result(scenario(ORDER, ORDER_NAME), happened, rulings=rulings)


def broken_guardrail() -> ScenarioResult:
    """The judge alone fails the run."""
    rulings = (
        Ruling(
            subject="objective locate_order",
            outcome="pass",
            reason='turn 1: get_order_status {"order_id": "A-10428"} succeeded',
            judge="rules/1",
            seqs=(3, 5),
        ),
        Ruling(
            subject="guardrail no_refunds",
            outcome="fail",
            reason='turn 2: the PAL said "refund" in "Sure, I can refund you right away."',
            judge="rules/1",
            span=ORDER.span((*SCOPE, "judge")),
            seqs=(9,),
        ),
    )
    refund = (
        user_said("Can I have my money back?"),
        pal_said("Sure, I can refund you right away."),
    )
    happened = trace([ORDER_TURN, refund])
    played = scenario(ORDER, ORDER_NAME)
    return result(played, happened, rulings=rulings, trace_path="traces/order_status-1.jsonl")


def no_evidence() -> ScenarioResult:
    """Nothing was looked at."""
    played = result(scenario(ORDER, ORDER_NAME), trace([THANKS_TURN]))
    return ScenarioResult(
        scenario=played.scenario,
        trace=played.trace,
        verdict=decide((), (), evidence=Evidence()),
        provenance=played.provenance,
    )
