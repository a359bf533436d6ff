"""Judges a conversation in clear and returns its masked result."""

from __future__ import annotations

from pytest_tavus.contract.events import list_oversized
from pytest_tavus.contract.tool.sent import ArgumentReader
from pytest_tavus.report.result import ScenarioResult, provenance
from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.trace.log import Trace
from pytest_tavus.trace.redaction.redact import Redaction
from pytest_tavus.trace.redaction.shown import mask_trace
from pytest_tavus.verdict.checks.run import CheckReport
from pytest_tavus.verdict.verdict import decide


async def conclude(
    scenario: Scenario,
    trace: Trace,
    *,
    checked: CheckReport,
    redaction: Redaction,
    read: ArgumentReader,
) -> ScenarioResult:
    """Judge a conversation and combine the rulings with the findings of the checks.

    Uses no network, so a stored trace is enough. `redaction` must know the tokens of the trace.
    """
    masked = mask_trace(trace, redaction)
    findings, undecided = tuple(checked.findings), tuple(checked.undecided)
    evidence = checked.evidence
    if scenario.is_judged:
        # Imported here, because most scenarios ask for no judge.
        from pytest_tavus.verdict.judge import run
        from pytest_tavus.verdict.judge.rules import RulesJudge

        judge = RulesJudge(read=read, show=redaction.value, in_clear=trace, seen=checked.observed)
        ruled = await run.run(scenario, masked, judge)
        findings, undecided = (*findings, *ruled.findings), (*undecided, *ruled.rulings)
        evidence += ruled.evidence
    return ScenarioResult(
        scenario=scenario,
        trace=masked,
        verdict=decide(findings, undecided, evidence=evidence),
        provenance=provenance(trace),
        oversized=tuple(list_oversized(trace)),
        redaction=redaction,
    )
