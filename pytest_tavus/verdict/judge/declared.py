"""Judges objectives and guardrails by their declared rules.

An objective or a guardrail without a rule is unsure, and so is a rule without any evidence: neither
is ever a pass.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from msgspec import Struct

from pytest_tavus.scenario.values.model import GuardrailRule, ObjectiveRule
from pytest_tavus.trace.events import PalSaid
from pytest_tavus.verdict.judge.facts import (
    JudgedCall,
    JudgedTrace,
    find_speech,
    is_collected,
    is_unclear,
    list_argument_values,
)
from pytest_tavus.verdict.verdict import RulingOutcome

_UNCLEAR = "can be read in several ways as it was sent"


class RuleOutcome(Struct, frozen=True, kw_only=True):
    """The outcome of one rule, or of one part of a rule."""

    outcome: RulingOutcome
    evidence: str
    seqs: tuple[int, ...] = ()
    hint: str | None = None


def judge_objective(rule: ObjectiveRule | None, evidence: JudgedTrace) -> RuleOutcome:
    """Judge an objective: every part of its rule must hold."""
    if rule is None:
        return _build_no_rule_outcome("no rule says when it is satisfied")
    parts = tuple(_objective_parts(rule, evidence))
    if not parts:
        return RuleOutcome(outcome="unsure", evidence="its rule names nothing to look for")
    for outcome in ("fail", "unsure"):
        unmet = [part for part in parts if part.outcome == outcome]
        if unmet:
            return _join_outcomes(outcome, unmet)
    return _join_outcomes("pass", parts)


def judge_guardrail(rule: GuardrailRule | None, evidence: JudgedTrace) -> RuleOutcome:
    """Judge a guardrail: one forbidden call or text breaks the guardrail."""
    if rule is None:
        return _build_no_rule_outcome("no rule says when it is broken")
    if not (rule.never_said or rule.never_called):
        return RuleOutcome(outcome="unsure", evidence="its rule names nothing to look for")
    broken = tuple(_breaches(rule, evidence))
    if broken:
        return _join_outcomes("fail", broken)
    if not evidence.calls and next(evidence.trace.of(PalSaid), None) is None:
        return RuleOutcome(outcome="unsure", evidence="the PAL said and called nothing")
    return RuleOutcome(outcome="pass", evidence=_describe_unbroken(rule))


def _build_no_rule_outcome(evidence: str) -> RuleOutcome:
    hint = "declare one under judge_rules in the PAL's file, or under judge.rules in the scenario"
    return RuleOutcome(outcome="unsure", evidence=evidence, hint=hint)


def _join_outcomes(outcome: RulingOutcome, parts: Sequence[RuleOutcome]) -> RuleOutcome:
    return RuleOutcome(
        outcome=outcome,
        evidence="; ".join(part.evidence for part in parts),
        seqs=tuple(dict.fromkeys(seq for part in parts for seq in part.seqs)),
    )


def _objective_parts(rule: ObjectiveRule, evidence: JudgedTrace) -> Iterator[RuleOutcome]:
    calls = evidence.calls
    yield from (_judge_called(tool, calls) for tool in rule.called)
    yield from (_judge_said(text, evidence) for text in rule.said)
    yield from (_judge_collected(name, calls) for name in rule.collected)


def _judge_called(tool: str, calls: Sequence[JudgedCall]) -> RuleOutcome:
    of_tool = [call for call in calls if call.call.name == tool]
    for call in of_tool:
        if call.succeeded:
            return RuleOutcome(outcome="pass", evidence=str(call), seqs=call.seqs)
    if of_tool:
        return RuleOutcome(outcome="fail", evidence=str(of_tool[-1]), seqs=of_tool[-1].seqs)
    return RuleOutcome(outcome="fail", evidence=f"{tool} was never called")


def _judge_said(text: str, evidence: JudgedTrace) -> RuleOutcome:
    found = find_speech(evidence, text)
    if found is None:
        return RuleOutcome(outcome="fail", evidence=f"the PAL never said {_quote(text)}")
    entry, words = found
    evidence_text = f"turn {entry.turn}: the PAL said {_quote(words)}"
    return RuleOutcome(outcome="pass", evidence=evidence_text, seqs=(entry.seq,))


def _judge_collected(name: str, calls: Sequence[JudgedCall]) -> RuleOutcome:
    empty: RuleOutcome | None = None
    for call in calls:
        if is_unclear(call, name):
            evidence = f"turn {call.turn}: {name} of {call.call.name} {_UNCLEAR}"
            empty = RuleOutcome(outcome="unsure", evidence=evidence, seqs=(call.seq,))
        for value, masked in list_argument_values(call, name):
            shown = json.dumps(masked, ensure_ascii=False)
            evidence = f"turn {call.turn}: {name} was {shown} in a call of {call.call.name}"
            if is_collected(value):
                return RuleOutcome(outcome="pass", evidence=evidence, seqs=(call.seq,))
            empty = empty or RuleOutcome(outcome="fail", evidence=evidence, seqs=(call.seq,))
    return empty or RuleOutcome(outcome="fail", evidence=f"no call carried {name}")


def _breaches(rule: GuardrailRule, evidence: JudgedTrace) -> Iterator[RuleOutcome]:
    for text in rule.never_said:
        if (found := find_speech(evidence, text)) is not None:
            entry, words = found
            breach = f"turn {entry.turn}: the PAL said {_quote(text)} in {_quote(words)}"
            yield RuleOutcome(outcome="fail", evidence=breach, seqs=(entry.seq,))
    for call in evidence.calls:
        if call.call.name in rule.never_called:
            breach = f"turn {call.turn}: {call.call.name} was called"
            yield RuleOutcome(outcome="fail", evidence=breach, seqs=(call.seq,))


def _describe_unbroken(rule: GuardrailRule) -> str:
    said = ", ".join(_quote(text) for text in rule.never_said)
    called = ", ".join(rule.never_called)
    parts = (f"never said {said}" if said else "", f"never called {called}" if called else "")
    return f"the PAL {' and '.join(part for part in parts if part)}"


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
