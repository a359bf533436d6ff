"""Findings, rulings, verdicts, and the rule that joins findings and rulings into a verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from pytest_tavus.errors import Owner
from pytest_tavus.spans import SourceSpan
from pytest_tavus.trace.facts import Evidence

FindingKind = Literal[
    "missing_call",
    "unexpected_call",
    "forbidden_call",
    "wrong_arguments",
    "unclear_arguments",
    "unsent_call",
    "wrong_order",
    "wrong_result",
    "wrong_status",
    "too_late",
    "invalid_arguments",
    "handler_error",
    "unhandled_call",
    "unanswered_call",
    "missing_speech",
    "forbidden_speech",
    "unknown_answer",
    "on_call",
    "on_resolve",
    "missing_event",
    "forbidden_event",
    "not_quiet",
    "judge",
    "nothing_saved",
    "not_run",
    "fault",
]
"""The machine-readable kinds of failure. Reports contain them, so a name is never reused."""

Outcome = Literal["passed", "failed", "undecided"]
RulingOutcome = Literal["pass", "fail", "unsure", "error"]


class Difference(Struct, frozen=True, kw_only=True):
    """One path at which two values differ, in the words of a failure."""

    path: str
    "Dotted, from the root of the compared value: ``arguments.items[0].sku``."

    expected: str
    "Value and type, as text: ``'A-10428' (text)``."

    actual: str
    "Value and type, or ``absent``."


class Finding(Struct, frozen=True, kw_only=True):
    """One expectation of the scenario that the trace does not meet."""

    kind: FindingKind
    message: str
    "One sentence with the expected and the observed behaviour."

    owner: Owner
    span: SourceSpan | None
    "The line of the expectation."

    turn: int = 0
    "Counted from 1; 0 for a finding about the whole conversation."

    seqs: tuple[int, ...] = ()
    "The trace entries that are the evidence. The failure picture marks the first."

    closest: str | None = None
    "The observed call that is nearest to the expected call, as text."

    differences: tuple[Difference, ...] = ()
    "Nearest first. The failure picture shows them below the closest call."

    detail: str | None = None
    "Further lines: the handler's traceback, or the actual answer."

    hint: str | None = None
    "Advice to the user."

    change: str | None = None
    "The smallest YAML that would accept the observed behaviour, if that makes sense."

    needs: str | None = None
    "The placeholder without a value, if that is the cause: ``saved.booking_id``."

    consequence: bool = False
    "Whether an earlier finding explains this finding. Set by :func:`decide`."


class Ruling(Struct, frozen=True, kw_only=True):
    """A judge's answer to one question. An error is a ruling too, so that it never disappears."""

    subject: str
    "The judged rule or tool: ``objective collect_email``, ``guardrail no_refunds``, ``overall``."

    outcome: RulingOutcome
    reason: str
    judge: str
    "Name and version of the judge: ``rules/1``."

    span: SourceSpan | None = None
    seqs: tuple[int, ...] = ()
    hint: str | None = None
    "Advice to the user."


class Verdict(Struct, frozen=True, kw_only=True):
    """The result of one run. Only :func:`decide` builds verdicts."""

    outcome: Outcome
    reason: str
    findings: tuple[Finding, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    held: int = 0
    "Compared facts that the user's handler or client callable decided."

    played: int = 0
    "Compared facts that the script decided. No handler can fail them."


_Kinds = frozenset[FindingKind]

_SPEECH_EFFECTS: Final[_Kinds] = frozenset({"missing_speech", "forbidden_speech", "judge"})
_NO_ANSWER_EFFECTS: Final[_Kinds] = frozenset(
    {*_SPEECH_EFFECTS, "unknown_answer", "wrong_result", "nothing_saved", "missing_event"}
)
_FAULT_EFFECTS: Final[_Kinds] = frozenset(
    {*_NO_ANSWER_EFFECTS, "not_run", "missing_call", "unanswered_call"}
)
_BAD_ARGUMENTS_EFFECTS: Final[_Kinds] = frozenset({*_NO_ANSWER_EFFECTS, "handler_error"})
_UNKNOWN_ANSWER_EFFECTS: Final[_Kinds] = frozenset(
    {*_SPEECH_EFFECTS, "wrong_result", "nothing_saved"}
)
_WRONG_RESULT_EFFECTS: Final[_Kinds] = frozenset({*_SPEECH_EFFECTS, "unknown_answer"})

_EFFECTS: Final[Mapping[FindingKind, _Kinds]] = MappingProxyType(
    {
        "fault": _FAULT_EFFECTS,
        "handler_error": _NO_ANSWER_EFFECTS,
        "unhandled_call": _NO_ANSWER_EFFECTS,
        "unanswered_call": _NO_ANSWER_EFFECTS,
        "wrong_status": _NO_ANSWER_EFFECTS,
        "missing_call": _NO_ANSWER_EFFECTS,
        "wrong_arguments": _BAD_ARGUMENTS_EFFECTS,
        "invalid_arguments": _BAD_ARGUMENTS_EFFECTS,
        "unknown_answer": _UNKNOWN_ANSWER_EFFECTS,
        "wrong_result": _WRONG_RESULT_EFFECTS,
        "nothing_saved": _SPEECH_EFFECTS,
    }
)
"""The consequences of each kind of finding, so that a failure shows one cause and not three."""

_LEAVES_NOTHING: Final[_Kinds] = frozenset(
    {"nothing_saved", *(kind for kind, effects in _EFFECTS.items() if "nothing_saved" in effects)}
)
"""After these findings, later turns may lack a saved value."""


def decide(
    findings: Sequence[Finding], rulings: Sequence[Ruling], *, evidence: Evidence
) -> Verdict:
    """Join findings and rulings into a verdict.

    A finding or a failing ruling fails the run. Otherwise an unsure or errored ruling, or no
    evidence at all, leaves the run undecided. `evidence` counts the compared facts.
    A judge can fail a run that the checks passed, but never rescues a run that the checks failed.
    `findings` has causes first; a finding that an earlier finding explains is a consequence.
    """
    failing = [ruling for ruling in rulings if ruling.outcome == "fail"]
    undecided = [ruling for ruling in rulings if ruling.outcome in {"unsure", "error"}]
    findings = _mark_consequences(findings)
    outcome: Outcome
    if findings or failing:
        outcome, reason = "failed", _first_reason(findings, failing)
    elif undecided:
        outcome, reason = "undecided", f"{undecided[0].subject}: {undecided[0].reason}"
    elif not evidence.total:
        outcome, reason = (
            "undecided",
            "nothing was checked: there is no evidence to pass on, and silence is none",
        )
    else:
        noun = "check" if evidence.total == 1 else "checks"
        outcome, reason = "passed", f"{evidence.total} {noun} held"
    return Verdict(
        outcome=outcome,
        reason=reason,
        findings=tuple(findings),
        rulings=tuple(rulings),
        held=evidence.held,
        played=evidence.played,
    )


def _mark_consequences(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    marked: list[Finding] = []
    for finding in findings:
        effect = any(_explains(cause, finding) for cause in marked)
        marked.append(replace(finding, consequence=True) if effect else finding)
    return tuple(marked)


def _explains(cause: Finding, finding: Finding) -> bool:
    if finding.needs is not None and finding.needs.startswith("saved."):
        return cause.kind in _LEAVES_NOTHING
    near = cause.turn in {0, finding.turn} or finding.turn == 0
    return near and finding.kind in _EFFECTS.get(cause.kind, ())


def _first_reason(findings: Sequence[Finding], failing: Sequence[Ruling]) -> str:
    causes = [finding for finding in findings if not finding.consequence]
    if causes or not failing:
        return (causes or findings)[0].message
    return f"{failing[0].subject}: {failing[0].reason}"
