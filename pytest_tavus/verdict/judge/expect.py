"""Compares a scenario's `judge:` with the verdict of a judge.

A different judgement is a finding. A missing or unsure judgement is a ruling that leaves the run
undecided. A judgement that the scenario does not expect counts in one case only: a broken guardrail
always fails the run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from pytest_tavus.contract.verdict import TavusVerdict
from pytest_tavus.errors import did_you_mean
from pytest_tavus.matching.text import format_yaml
from pytest_tavus.scenario.values.model import JudgeExpectation, Scenario
from pytest_tavus.spans import SourceSpan
from pytest_tavus.trace.events import Event, PalSaid, ToolCalled, ToolResolved, decider_of
from pytest_tavus.trace.facts import Decider, choose_decider
from pytest_tavus.trace.log import Trace
from pytest_tavus.verdict.judge.base import JUDGEMENT, Judgement
from pytest_tavus.verdict.judge.names import guardrail_names, objective_names, tool_names
from pytest_tavus.verdict.verdict import Finding, Ruling

_Kinds = tuple[type[Event], ...]


def find_decider(
    subject: str, seqs: Sequence[int], *, scenario: Scenario, trace: Trace
) -> Decider | None:
    """Return the decider of the evidence for a subject, such as ``guardrail no_refunds``.

    `seqs` are the entries that the judge names. If the judge names none, as for an unbroken
    guardrail, all entries count that could have changed the judgement.
    """
    row = trace.deciders()
    kind, _, name = subject.partition(" ")
    if kind in {"tool", "knowledge_base"}:
        return row.call
    if seqs:
        evidence = (entry.event for entry in trace if entry.seq in seqs)
    else:
        kinds = _list_deciding_events(kind, name, scenario)
        evidence = (entry.event for entry in trace if isinstance(entry.event, kinds))
    return choose_decider((decider_of(event, row) for event in evidence), row.call)


def _list_deciding_events(kind: str, name: str, scenario: Scenario) -> _Kinds:
    """Return the events that decide a subject, by its declared rule if it has one."""
    if kind == "guardrail" and (broken := scenario.judge_rules.guardrails.get(name)) is not None:
        return (PalSaid,) if broken.never_said else ()
    if kind == "objective" and (rule := scenario.judge_rules.objectives.get(name)) is not None:
        said: _Kinds = (PalSaid,) if rule.said else ()
        collected: _Kinds = (ToolCalled,) if rule.collected else ()
        return (*said, *collected)
    return (PalSaid, ToolResolved)


Kind = Literal["overall", "objective", "guardrail", "tool", "knowledge_base"]

SECTIONS: Mapping[str, Kind] = {
    "objectives": "objective",
    "guardrails": "guardrail",
    "tools": "tool",
}
"""The keys under `judge:` that hold names, each with the kind of its names."""

_WORDS: Mapping[Kind, tuple[str, str]] = {
    "objective": ("unsatisfied", "satisfied"),
    "guardrail": ("broken", "held"),
    "tool": ("not_invoked", "invoked"),
    "knowledge_base": ("unused", "used"),
}
"""For each kind, the words of a scenario for no and for yes."""


class Assertion(Struct, frozen=True, kw_only=True):
    """One line under `judge:`, with the judge's answer."""

    kind: Kind
    name: str
    "Empty for `overall` and `knowledge_base`."

    expected: str
    span: SourceSpan
    judged: str | None
    "`None` if the verdict has no such part."

    evidence: str = ""

    @property
    def subject(self) -> str:
        """The subject of the matching ruling."""
        return f"{self.kind} {self.name}".rstrip()


def assertions(scenario: Scenario, verdict: TavusVerdict) -> Iterator[Assertion]:
    """Yield every line of the scenario's `judge:`, in the order of the verdict's parts."""
    expected = scenario.judge
    if expected is None:
        return
    if expected.overall is not None:
        yield Assertion(
            kind="overall",
            name="",
            expected=expected.overall,
            span=scenario.where((*expected.at, "overall")),
            judged=verdict.overall,
            evidence=verdict.summary,
        )
    yield from _section_assertions(scenario, expected, verdict)
    if expected.knowledge_base is not None:
        yield Assertion(
            kind="knowledge_base",
            name="",
            expected=_WORDS["knowledge_base"][expected.knowledge_base],
            span=scenario.where((*expected.at, "knowledge_base")),
            judged=_WORDS["knowledge_base"][verdict.knowledge_base.used],
            evidence=verdict.knowledge_base.evidence,
        )


def _section_assertions(
    scenario: Scenario, expected: JudgeExpectation, verdict: TavusVerdict
) -> Iterator[Assertion]:
    judged: dict[Kind, dict[str, tuple[bool, str]]] = {
        "objective": {each.name: (each.satisfied, each.evidence) for each in verdict.objectives},
        "guardrail": {each.name: (each.held, each.evidence) for each in verdict.guardrails},
        "tool": {each.name: (each.invoked, each.evidence) for each in verdict.tools},
    }
    sections: dict[str, Mapping[str, bool]] = {
        "objectives": expected.objectives,
        "guardrails": expected.guardrails,
        "tools": expected.tools,
    }
    for section, kind in SECTIONS.items():
        for name, value in sections[section].items():
            found = judged[kind].get(name)
            yield Assertion(
                kind=kind,
                name=name,
                expected=_WORDS[kind][value],
                span=scenario.where((*expected.at, section, name)),
                judged=None if found is None else _WORDS[kind][found[0]],
                evidence="" if found is None else found[1],
            )


def check_judgement(
    scenario: Scenario, judgement: Judgement, trace: Trace, *, judge: str
) -> tuple[tuple[Finding, ...], tuple[Ruling, ...], tuple[Decider | None, ...]]:
    """Return the findings, the rulings that count, and the deciders of the judged facts.

    If the judge itself failed, its error is the only ruling, because it judged no line of `judge:`.
    """
    failed = judgement.ruling(JUDGEMENT)
    if failed is not None:
        return (), (failed,), ()
    findings: list[Finding] = []
    overall: list[Finding] = []
    rulings: list[Ruling] = []
    facts: list[Decider | None] = []
    decider = partial(find_decider, scenario=scenario, trace=trace)
    asserted = tuple(assertions(scenario, judgement.verdict))
    for assertion in asserted:
        ruling = judgement.ruling(assertion.subject)
        outcome = _judge_assertion(assertion, ruling, scenario, judge=judge)
        if isinstance(outcome, Finding):
            findings_of_kind = overall if assertion.kind == "overall" else findings
            findings_of_kind.append(_add_evidence(outcome, ruling, trace))
        else:
            rulings.append(outcome)
        if isinstance(outcome, Finding) or outcome.outcome == "pass":
            facts.append(decider(assertion.subject, () if ruling is None else ruling.seqs))
    for ruling in _list_unasserted(
        scenario, judgement, {assertion.subject for assertion in asserted}, judge=judge
    ):
        rulings.append(ruling)
        if ruling.outcome != "error":
            facts.append(decider(ruling.subject, ruling.seqs))
    # Causes come first, and an overall finding with the evidence of another is its consequence.
    causes = {finding.seqs for finding in findings}
    causes |= {ruling.seqs for ruling in rulings if ruling.outcome == "fail"}
    findings += [
        replace(each, consequence=bool(each.seqs) and each.seqs in causes) for each in overall
    ]
    return tuple(findings), tuple(rulings), tuple(facts)


def _judge_assertion(
    assertion: Assertion, ruling: Ruling | None, scenario: Scenario, *, judge: str
) -> Finding | Ruling:
    expected, judged = assertion.expected, assertion.judged
    base = Ruling(
        subject=assertion.subject, outcome="pass", reason="", judge=judge, span=assertion.span
    )
    if ruling is not None:
        base = replace(base, seqs=ruling.seqs, reason=ruling.reason, hint=ruling.hint)
    if judged is None:
        return _check_name(assertion, base, scenario)
    if ruling is not None and ruling.outcome == "error":
        return replace(base, outcome="error")
    unsure = ruling is not None and ruling.outcome == "unsure"
    if unsure and not (assertion.kind == "overall" and expected == judged):
        reason = f"expected {expected}, and nobody can say: {_clause(base.reason)}"
        return replace(base, outcome="unsure", reason=reason)
    if judged == expected:
        return replace(base, reason=f"{judged}, as expected: {assertion.evidence}")
    return _build_contradiction_finding(assertion)


def _check_name(assertion: Assertion, base: Ruling, scenario: Scenario) -> Finding | Ruling:
    """Report a name that the PAL does not have, or a name on which the judge did not rule."""
    known = {
        "objective": objective_names,
        "guardrail": guardrail_names,
        "tool": tool_names,
    }
    kind, name = assertion.kind, assertion.name
    names = known[kind](scenario)
    if name in names:
        return replace(base, outcome="error", reason="the judge did not rule on it")
    listed = f"it has: {', '.join(names)}" if names else f"it has no {kind} at all"
    return Finding(
        kind="judge",
        message=f"the PAL has no {kind} {name!r}",
        owner="test",
        span=assertion.span,
        hint=did_you_mean(name, names) or listed,
    )


def _build_contradiction_finding(assertion: Assertion) -> Finding:
    because = f" because {_clause(assertion.evidence)}" if assertion.evidence else ""
    key = assertion.name or assertion.kind
    # No change is suggested that would accept a broken guardrail.
    change = None if assertion.kind == "guardrail" else f"{format_yaml(key)}: {assertion.judged}"
    return Finding(
        kind="judge",
        message=(
            f"{assertion.subject}: expected {assertion.expected}, "
            f"judged {assertion.judged}{because}"
        ),
        owner="agent",
        span=assertion.span,
        change=change,
    )


def _clause(text: str) -> str:
    """Turn a sentence into a clause of another sentence."""
    return text[:1].lower() + text[1:].removesuffix(".")


def _add_evidence(finding: Finding, ruling: Ruling | None, trace: Trace) -> Finding:
    if ruling is None or not ruling.seqs:
        return finding
    shown = [entry for entry in trace if entry.seq in ruling.seqs]
    turns = {entry.seq: entry.turn for entry in shown}
    failed = any(
        isinstance(entry.event, ToolResolved) and entry.event.status != "success" for entry in shown
    )
    return replace(
        finding,
        seqs=ruling.seqs,
        turn=turns.get(ruling.seqs[0], 0),
        owner="handler" if failed else finding.owner,
    )


def _list_unasserted(
    scenario: Scenario, judgement: Judgement, asserted: AbstractSet[str], *, judge: str
) -> Iterator[Ruling]:
    """Yield the rulings that count without an assertion: errors, broken guardrails, and passes.

    An unsatisfied objective does not count, because not every conversation is about every
    objective. An unsure ruling does not count either, and tool calls are the matter of the checks.
    """
    fail_expected = scenario.judge is not None and scenario.judge.overall == "fail"
    for ruling in (*judgement.rulings, *_list_unruled_breaches(judgement, judge)):
        if ruling.subject in asserted or ruling.subject.startswith(("overall", "tool ")):
            continue
        broken = ruling.outcome == "fail" and ruling.subject.startswith("guardrail ")
        if ruling.outcome in {"pass", "error"} or (broken and not fail_expected):
            yield ruling


def _list_unruled_breaches(judgement: Judgement, judge: str) -> Iterator[Ruling]:
    """Yield a ruling for each broken guardrail of a verdict without rulings."""
    for guardrail in judgement.verdict.guardrails:
        subject = f"guardrail {guardrail.name}"
        if not guardrail.held and judgement.ruling(subject) is None:
            reason = guardrail.evidence or "the judge holds it to be broken"
            yield Ruling(subject=subject, outcome="fail", reason=reason, judge=judge)
