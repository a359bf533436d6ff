"""The judge pass over one conversation: asks the judge, and compares its answer."""

from __future__ import annotations

from msgspec import Struct

from pytest_tavus.contract.verdict import TavusVerdict
from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.trace.facts import Evidence, count_evidence
from pytest_tavus.trace.log import Trace
from pytest_tavus.verdict.judge.base import Judge, Question, ask
from pytest_tavus.verdict.judge.expect import check_judgement
from pytest_tavus.verdict.verdict import Finding, Ruling


class JudgeReport(Struct, frozen=True, kw_only=True):
    """The result of the judge pass."""

    verdict: TavusVerdict | None = None
    "`None` for a scenario without a judge."

    findings: tuple[Finding, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    evidence: Evidence = Evidence()
    "The number of decided questions, by decider."


async def run(scenario: Scenario, trace: Trace, judge: Judge) -> JudgeReport:
    """Judge one conversation, if the scenario has a judge. Never raises."""
    if not scenario.is_judged:
        return JudgeReport()
    judgement = await ask(judge, Question(scenario=scenario, trace=trace))
    findings, rulings, facts = check_judgement(scenario, judgement, trace, judge=judge.name)
    return JudgeReport(
        verdict=judgement.verdict,
        findings=findings,
        rulings=rulings,
        evidence=count_evidence(facts),
    )
