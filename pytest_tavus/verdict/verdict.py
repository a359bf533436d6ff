"""What a run comes to: findings of checks, rulings of judges, and the one rule that joins them."""

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
"""The machine-readable kinds of failure. Written to reports; a name is never reused."""

Outcome = Literal["passed", "failed", "undecided"]
RulingOutcome = Literal["pass", "fail", "unsure", "error"]


class Difference(Struct, frozen=True, kw_only=True):
    """The first place where two values part, as a failure shows it."""

    path: str
    "Dotted, from the root of the compared value: ``arguments.items[0].sku``."

    expected: str
    "Value and type, as text: ``'A-10428' (text)``."

    actual: str
    "Value and type, or ``absent``."


class Finding(Struct, frozen=True, kw_only=True):
    """One way in which the evidence does not bear out the scenario."""

    kind: FindingKind
    message: str
    "One sentence: what was expected and what was seen."

    owner: Owner
    span: SourceSpan | None
    "The line of the file that asked for it."

    turn: int = 0
    "Counted from 1; 0 where the finding is about the whole conversation."

    seqs: tuple[int, ...] = ()
    "The trace entries that are the evidence; the first is marked in the failure picture."

    closest: str | None = None
    "The observed call that comes nearest to the one expected, as text."

    differences: tuple[Difference, ...] = ()
    "Nearest first. Shown below the closest call."

    detail: str | None = None
    "Further lines: the handler's traceback, the answer that was really given."

    hint: str | None = None
    "What to do about it."

    change: str | None = None
    "The smallest YAML that would accept what was seen, where accepting it can make sense."

    needs: str | None = None
    "The placeholder that had no value, where that is the matter: ``saved.booking_id``."

    consequence: bool = False
    "It follows from an earlier finding, which is the one to put right. Set by :func:`decide`."


class Ruling(Struct, frozen=True, kw_only=True):
    """A judge's answer to one question. An error is a ruling too; it never disappears."""

    subject: str
    "What was judged: ``objective collect_email``, ``guardrail no_refunds``, ``overall``."

    outcome: RulingOutcome
    reason: str
    judge: str
    "Name and version of the judge: ``rules/1``."

    span: SourceSpan | None = None
    seqs: tuple[int, ...] = ()
    hint: str | None = None
    "What to do about it."


class Verdict(Struct, frozen=True, kw_only=True):
    """The end of the river. Built by :func:`decide` only."""

    outcome: Outcome
    reason: str
    findings: tuple[Finding, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    held: int = 0
    "Facts held against an expectation that the user's handler or client callable decided."

    played: int = 0
    "Those that the script decided: no handler could have failed them."


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
"""What each kind of finding brings about by itself, so that one cause is not told as three."""

_LEAVES_NOTHING: Final[_Kinds] = frozenset(
    {"nothing_saved", *(kind for kind, effects in _EFFECTS.items() if "nothing_saved" in effects)}
)
"""After these, later turns may lack a saved value."""


def decide(
    findings: Sequence[Finding], rulings: Sequence[Ruling], *, evidence: Evidence
) -> Verdict:
    """Join findings and rulings into a verdict.

    A failing finding or ruling fails the run. Otherwise an unsure or errored ruling, or no
    evidence at all (`evidence` counts the facts that checks held against an expectation), leaves
    it undecided.
    A judge can fail what the checks passed; it never rescues what they failed. Findings come
    causes first; one that an earlier one explains is kept and marked as its consequence.
    """
    failing = [ruling for ruling in rulings if ruling.outcome == "fail"]
    open_ = [ruling for ruling in rulings if ruling.outcome in {"unsure", "error"}]
    findings = _mark_consequences(findings)
    outcome: Outcome
    if findings or failing:
        outcome, reason = "failed", _first_reason(findings, failing)
    elif open_:
        outcome, reason = "undecided", f"{open_[0].subject}: {open_[0].reason}"
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
    """Mark the findings that an earlier one explains."""
    marked: list[Finding] = []
    for finding in findings:
        effect = any(_explains(one, finding) for one in marked)
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
