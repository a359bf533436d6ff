"""A scenario's `judge:` held against a verdict: what it expects must be what was judged.

What was judged otherwise is a finding. What could not be judged is a ruling that leaves the run
undecided. What nobody asked for counts in one case only: a broken guardrail always fails.
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
    """Return who decided what a subject, such as ``guardrail no_refunds``, was judged by.

    `seqs` are the entries that the judge names. Where it names none, as of a guardrail that was
    not broken, all entries count that could have told otherwise.
    """
    row = trace.deciders()
    kind, _, name = subject.partition(" ")
    if kind in {"tool", "knowledge_base"}:
        return row.call
    if seqs:
        named = (entry.event for entry in trace if entry.seq in seqs)
    else:
        looked_at = _list_deciding_events(kind, name, scenario)
        named = (entry.event for entry in trace if isinstance(entry.event, looked_at))
    return choose_decider((decider_of(event, row) for event in named), row.call)


def _list_deciding_events(kind: str, name: str, scenario: Scenario) -> _Kinds:
    """Return the events that decide a subject, by its declared rule where there is one."""
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
"""The keys under `judge:` that hold names, and what is named there."""

_WORDS: Mapping[Kind, tuple[str, str]] = {
    "objective": ("unsatisfied", "satisfied"),
    "guardrail": ("broken", "held"),
    "tool": ("not_invoked", "invoked"),
    "knowledge_base": ("unused", "used"),
}
"""For each kind the word for no and the word for yes, as a scenario writes them."""


class Assertion(Struct, frozen=True, kw_only=True):
    """One line under `judge:`, with what the judge made of it."""

    kind: Kind
    name: str
    "Empty where there is only one of its kind."

    expected: str
    span: SourceSpan
    judged: str | None
    "`None`: the verdict says nothing about it."

    evidence: str = ""

    @property
    def subject(self) -> str:
        """As rulings name it."""
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
        "objective": {one.name: (one.satisfied, one.evidence) for one in verdict.objectives},
        "guardrail": {one.name: (one.held, one.evidence) for one in verdict.guardrails},
        "tool": {one.name: (one.invoked, one.evidence) for one in verdict.tools},
    }
    wanted: dict[str, Mapping[str, bool]] = {
        "objectives": expected.objectives,
        "guardrails": expected.guardrails,
        "tools": expected.tools,
    }
    for section, kind in SECTIONS.items():
        for name, value in wanted[section].items():
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
    """Return what was judged otherwise, the rulings that count, and who decided what was judged.

    Where the judge itself failed, that is all there is to say: no line of `judge:` was judged.
    """
    failed = judgement.ruling(JUDGEMENT)
    if failed is not None:
        return (), (failed,), ()
    findings: list[Finding] = []
    on_the_whole: list[Finding] = []
    rulings: list[Ruling] = []
    facts: list[Decider | None] = []
    decider = partial(find_decider, scenario=scenario, trace=trace)
    asserted = tuple(assertions(scenario, judgement.verdict))
    for one in asserted:
        ruling = judgement.ruling(one.subject)
        outcome = _judge_assertion(one, ruling, scenario, judge=judge)
        if isinstance(outcome, Finding):
            causes_first = on_the_whole if one.kind == "overall" else findings
            causes_first.append(_add_evidence(outcome, ruling, trace))
        else:
            rulings.append(outcome)
        if isinstance(outcome, Finding) or outcome.outcome == "pass":
            facts.append(decider(one.subject, () if ruling is None else ruling.seqs))
    for ruling in _list_unasserted(
        scenario, judgement, {one.subject for one in asserted}, judge=judge
    ):
        rulings.append(ruling)
        if ruling.outcome != "error":
            facts.append(decider(ruling.subject, ruling.seqs))
    told = {one.seqs for one in findings} | {one.seqs for one in rulings if one.outcome == "fail"}
    whole = (replace(one, consequence=bool(one.seqs) and one.seqs in told) for one in on_the_whole)
    return (*findings, *whole), tuple(rulings), tuple(facts)


def _judge_assertion(
    one: Assertion, ruling: Ruling | None, scenario: Scenario, *, judge: str
) -> Finding | Ruling:
    base = Ruling(subject=one.subject, outcome="pass", reason="", judge=judge, span=one.span)
    if ruling is not None:
        base = replace(base, seqs=ruling.seqs, reason=ruling.reason, hint=ruling.hint)
    if one.judged is None:
        return _check_name(one, base, scenario)
    if ruling is not None and ruling.outcome == "error":
        return replace(base, outcome="error")
    unsure = ruling is not None and ruling.outcome == "unsure"
    if unsure and not (one.kind == "overall" and one.expected == one.judged):
        reason = f"expected {one.expected}, and nobody can say: {_clause(base.reason)}"
        return replace(base, outcome="unsure", reason=reason)
    if one.judged == one.expected:
        return replace(base, reason=f"{one.judged}, as expected: {one.evidence}")
    return _build_contradiction_finding(one)


def _check_name(one: Assertion, base: Ruling, scenario: Scenario) -> Finding | Ruling:
    """Tell a name that does not exist from one that the judge passed over."""
    known = {
        "objective": objective_names,
        "guardrail": guardrail_names,
        "tool": tool_names,
    }
    names = known[one.kind](scenario)
    if one.name in names:
        return replace(base, outcome="error", reason="the judge did not rule on it")
    listed = f"it has: {', '.join(names)}" if names else f"it has no {one.kind} at all"
    return Finding(
        kind="judge",
        message=f"the PAL has no {one.kind} {one.name!r}",
        owner="test",
        span=one.span,
        hint=did_you_mean(one.name, names) or listed,
    )


def _build_contradiction_finding(one: Assertion) -> Finding:
    because = f" because {_clause(one.evidence)}" if one.evidence else ""
    key = one.name or one.kind
    return Finding(
        kind="judge",
        message=f"{one.subject}: expected {one.expected}, judged {one.judged}{because}",
        owner="agent",
        span=one.span,
        change=None if one.kind == "guardrail" else f"{format_yaml(key)}: {one.judged}",
    )


def _clause(text: str) -> str:
    """Turn a sentence into part of one."""
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
    """Yield what counts although nobody asserted it: errors, broken guardrails, and what holds.

    An objective that is not satisfied is none of these: not every conversation is about every
    objective. Nor is anything unsure, nor which tools were called: that is for the checks.
    """
    fail_expected = scenario.judge is not None and scenario.judge.overall == "fail"
    for ruling in (*judgement.rulings, *_list_unruled_breaches(judgement, judge)):
        if ruling.subject in asserted or ruling.subject.startswith(("overall", "tool ")):
            continue
        broken = ruling.outcome == "fail" and ruling.subject.startswith("guardrail ")
        if ruling.outcome in {"pass", "error"} or (broken and not fail_expected):
            yield ruling


def _list_unruled_breaches(judgement: Judgement, judge: str) -> Iterator[Ruling]:
    """Yield the broken guardrails of a verdict that came without rulings."""
    for one in judgement.verdict.guardrails:
        subject = f"guardrail {one.name}"
        if not one.held and judgement.ruling(subject) is None:
            reason = one.evidence or "the judge holds it to be broken"
            yield Ruling(subject=subject, outcome="fail", reason=reason, judge=judge)
