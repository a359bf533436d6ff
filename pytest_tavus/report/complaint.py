"""Lists the findings and rulings that prevent a pass, in one format for every report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from pytest_tavus.errors import Owner
from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.report.words import FAULTS, KINDS
from pytest_tavus.spans import SourceSpan
from pytest_tavus.trace.log import Trace
from pytest_tavus.verdict.verdict import Difference, Finding, Ruling, RulingOutcome

NOT_PASSED = "undecided, not passed"
"""Label of a failure without a finding: nothing is wrong, and nothing is proven."""

_OWNERS: Mapping[RulingOutcome, Owner] = MappingProxyType(
    {"pass": "test", "fail": "agent", "unsure": "test", "error": "test"}
)

_NO_EVIDENCE = "say what must be seen: a call, a reply, an event, or a verdict of the judge"


class Complaint(Struct, frozen=True, kw_only=True):
    label: str
    "The kind of failure, in two or three words."

    place: SourceSpan
    finding: Finding
    outcome: Literal["failed", "undecided"]


def complaints(result: ScenarioResult) -> tuple[Complaint, ...]:
    """Return every reason why a result is not a pass, in the order of the failure picture.

    The checks mask each value before they format it; here, the finished texts are masked again. A
    failed result does not list undecided rulings.
    """
    mask = result.redaction.mask_rendered
    return tuple(
        replace(complaint, finding=_mask_finding(complaint.finding, mask))
        for complaint in _complaints(result)
    )


def _complaints(result: ScenarioResult) -> Iterator[Complaint]:
    verdict, scenario = result.verdict, result.scenario
    if verdict.outcome == "passed":
        return
    outcomes: set[RulingOutcome] = {"fail"} if verdict.outcome == "failed" else {"unsure", "error"}
    rulings = [ruling for ruling in verdict.rulings if ruling.outcome in outcomes]
    for finding in verdict.findings:
        yield Complaint(
            label=_kind(finding),
            place=finding.span or scenario.span,
            finding=finding,
            outcome="failed",
        )
    for ruling in rulings:
        yield Complaint(
            label=_label(ruling),
            place=ruling.span or scenario.span,
            finding=_as_finding(ruling, result.trace),
            outcome=verdict.outcome,
        )
    if not verdict.findings and not rulings:
        yield Complaint(
            label=NOT_PASSED,
            place=scenario.span,
            finding=Finding(
                kind="not_run",
                message=verdict.reason,
                owner="test",
                span=scenario.span,
                hint=_NO_EVIDENCE,
            ),
            outcome="undecided",
        )


def _kind(finding: Finding) -> str:
    return FAULTS[finding.owner] if finding.kind == "fault" else KINDS[finding.kind]


def _label(ruling: Ruling) -> str:
    if ruling.outcome != "fail":
        return NOT_PASSED
    return "broken guardrail" if ruling.subject.startswith("guardrail ") else "failed by the judge"


def _as_finding(ruling: Ruling, trace: Trace) -> Finding:
    turns = {entry.seq: entry.turn for entry in trace}
    return Finding(
        kind="judge",
        message=f"{ruling.subject}: {ruling.reason}",
        owner=_OWNERS[ruling.outcome],
        span=ruling.span,
        turn=turns.get(ruling.seqs[0], 0) if ruling.seqs else 0,
        seqs=ruling.seqs,
        hint=ruling.hint,
    )


def _mask_finding(finding: Finding, mask: Callable[[str], str]) -> Finding:
    def maybe(text: str | None) -> str | None:
        return None if text is None else mask(text)

    return replace(
        finding,
        message=mask(finding.message),
        closest=maybe(finding.closest),
        detail=maybe(finding.detail),
        hint=maybe(finding.hint),
        change=maybe(finding.change),
        differences=tuple(
            Difference(path=d.path, expected=mask(d.expected), actual=mask(d.actual))
            for d in finding.differences
        ),
    )
