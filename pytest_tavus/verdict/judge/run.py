"""The judge pass over one conversation: ask, then hold the answer against the scenario."""

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
    """What the judge pass adds to a run."""

    verdict: TavusVerdict | None = None
    "`None`: the scenario asked for no judge."

    findings: tuple[Finding, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    evidence: Evidence = Evidence()
    "The questions that were decided, one way or the other, by who decided what was judged."


async def run(scenario: Scenario, trace: Trace, judge: Judge) -> JudgeReport:
    """Judge one conversation, if the scenario wants it judged. Never raises."""
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
