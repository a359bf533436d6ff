"""Joins single judgements into one: `pass`, `partial` or `fail`, with a sentence that says why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from pytest_tavus.contract.verdict import Overall
from pytest_tavus.scenario.rules.rule import list_expected_calls
from pytest_tavus.scenario.values.model import CallExpectation, Scenario
from pytest_tavus.verdict.judge.declared import RuleOutcome
from pytest_tavus.verdict.judge.facts import JudgedCall
from pytest_tavus.verdict.verdict import RulingOutcome


class OverallOutcome(Struct, frozen=True, kw_only=True):
    """The judgement on a whole conversation."""

    overall: Overall
    summary: str
    "One sentence."

    outcome: RulingOutcome
    "`unsure` if no part fails and some part is unsure."

    seqs: tuple[int, ...] = ()


def judge_overall(
    objectives: Mapping[str, RuleOutcome],
    guardrails: Mapping[str, RuleOutcome],
    calls: Sequence[JudgedCall],
) -> OverallOutcome:
    """Join the outcomes of all rules and calls.

    A broken guardrail is a fail. An unsatisfied objective, a failed call, an unsure outcome, or no
    evidence at all is partial. `calls` holds no expected failures.
    """
    for name, held in guardrails.items():
        if held.outcome == "fail":
            return _build_failure(
                "fail", f"Guardrail {name} was broken: {held.evidence}.", held.seqs
            )
    for name, held in objectives.items():
        if held.outcome == "fail":
            summary = f"Objective {name} was not satisfied: {held.evidence}."
            return _build_failure("partial", summary, held.seqs)
    for call in calls:
        if call.resolved is not None and not call.succeeded:
            return _build_failure("partial", f"A call did not succeed: {call}.", call.seqs)
    return _judge_without_failures(objectives, guardrails, calls)


def _judge_without_failures(
    objectives: Mapping[str, RuleOutcome],
    guardrails: Mapping[str, RuleOutcome],
    calls: Sequence[JudgedCall],
) -> OverallOutcome:
    unsure = next(_list_unsure(objectives, guardrails), None)
    succeeded = sum(call.succeeded for call in calls)
    if unsure is not None:
        return OverallOutcome(overall="partial", summary=f"{unsure}.", outcome="unsure")
    if not (objectives or guardrails or succeeded):
        summary = "Nothing was judged: there was no call, and no rule was declared."
        return OverallOutcome(overall="partial", summary=summary, outcome="unsure")
    parts = (
        _format_count(len(objectives), "objective", "satisfied"),
        _format_count(len(guardrails), "guardrail", "held"),
        _format_count(succeeded, "call", "succeeded"),
    )
    summary = ", ".join(part for part in parts if part) + "."
    return OverallOutcome(overall="pass", summary=summary, outcome="pass")


def _format_count(number: int, noun: str, verb: str) -> str:
    return f"{number} {noun if number == 1 else noun + 's'} {verb}" if number else ""


def _list_unsure(
    objectives: Mapping[str, RuleOutcome], guardrails: Mapping[str, RuleOutcome]
) -> Iterator[str]:
    for kind, judged in (("Objective", objectives), ("Guardrail", guardrails)):
        for name, held in judged.items():
            if held.outcome == "unsure":
                yield f"{kind} {name} is open: {held.evidence}"


def _build_failure(value: Overall, summary: str, seqs: tuple[int, ...]) -> OverallOutcome:
    return OverallOutcome(overall=value, summary=summary, outcome="fail", seqs=seqs)


def select_counted_calls(calls: Sequence[JudgedCall], scenario: Scenario) -> tuple[JudgedCall, ...]:
    """Leave out the failures that the scenario expects, and open `fire_and_forget` app messages.

    Nobody waits for an answer to such a message [doc].
    """
    expected = frozenset(_list_expected_failures(scenario))
    return tuple(
        call
        for call in calls
        if call.succeeded
        or ((call.turn, call.call.name) not in expected and not _is_unawaited(call, scenario))
    )


def _is_unawaited(call: JudgedCall, scenario: Scenario) -> bool:
    tool = scenario.pal.tool(call.call.name)
    return (
        call.resolved is not None
        and call.resolved.status == "unanswered"
        and (tool is None or tool.effective_on_resolve == "fire_and_forget")
    )


def _list_expected_failures(scenario: Scenario) -> Iterator[tuple[int, str]]:
    for number, turn in enumerate(scenario.turns, start=1):
        calls = list_expected_calls(turn.calls)
        yield from ((number, call.tool) for call in calls if _may_fail(call))


def _may_fail(call: CallExpectation) -> bool:
    if isinstance(call.status, int):
        return not 200 <= call.status < 300
    return call.status not in {None, "success"}
