"""From single judgements to one: `pass`, `partial` or `fail`, and a sentence that says why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from pytest_tavus.contract.verdict import Overall
from pytest_tavus.scenario.rules.rule import expected_calls
from pytest_tavus.scenario.values.model import CallExpectation, Scenario
from pytest_tavus.verdict.judge.declared import RuleOutcome
from pytest_tavus.verdict.judge.facts import MadeCall
from pytest_tavus.verdict.verdict import RulingOutcome


class Whole(Struct, frozen=True, kw_only=True):
    """What a conversation comes to as a whole."""

    overall: Overall
    summary: str
    "One sentence."

    outcome: RulingOutcome
    "`unsure` where nothing is wrong and something is open."

    seqs: tuple[int, ...] = ()


def overall(
    objectives: Mapping[str, RuleOutcome],
    guardrails: Mapping[str, RuleOutcome],
    calls: Sequence[MadeCall],
) -> Whole:
    """Join what was found.

    A broken guardrail is a fail. An objective not satisfied, a call that failed, anything unsure,
    or no evidence at all is partial. `calls` are those that count: without expected failures.
    """
    for name, held in guardrails.items():
        if held.outcome == "fail":
            return _whole("fail", f"Guardrail {name} was broken: {held.evidence}.", held.seqs)
    for name, held in objectives.items():
        if held.outcome == "fail":
            summary = f"Objective {name} was not satisfied: {held.evidence}."
            return _whole("partial", summary, held.seqs)
    for call in calls:
        if call.resolved is not None and not call.succeeded:
            return _whole("partial", f"A call did not succeed: {call}.", call.seqs)
    return _open_or_passed(objectives, guardrails, calls)


def _open_or_passed(
    objectives: Mapping[str, RuleOutcome],
    guardrails: Mapping[str, RuleOutcome],
    calls: Sequence[MadeCall],
) -> Whole:
    open_ = list(_open(objectives, guardrails))
    succeeded = sum(call.succeeded for call in calls)
    if open_:
        return Whole(overall="partial", summary=f"{open_[0]}.", outcome="unsure")
    if not (objectives or guardrails or succeeded):
        summary = "Nothing was judged: there was no call, and no rule was declared."
        return Whole(overall="partial", summary=summary, outcome="unsure")
    parts = (
        _counted(len(objectives), "objective", "satisfied"),
        _counted(len(guardrails), "guardrail", "held"),
        _counted(succeeded, "call", "succeeded"),
    )
    summary = ", ".join(part for part in parts if part) + "."
    return Whole(overall="pass", summary=summary, outcome="pass")


def _counted(number: int, noun: str, verb: str) -> str:
    return f"{number} {noun if number == 1 else noun + 's'} {verb}" if number else ""


def _open(
    objectives: Mapping[str, RuleOutcome], guardrails: Mapping[str, RuleOutcome]
) -> Iterator[str]:
    for kind, judged in (("Objective", objectives), ("Guardrail", guardrails)):
        for name, held in judged.items():
            if held.outcome == "unsure":
                yield f"{kind} {name} is open: {held.evidence}"


def _whole(value: Overall, summary: str, seqs: tuple[int, ...]) -> Whole:
    return Whole(overall=value, summary=summary, outcome="fail", seqs=seqs)


def counted_calls(calls: Sequence[MadeCall], scenario: Scenario) -> tuple[MadeCall, ...]:
    """Leave out the failures that the scenario expects, and those that nobody waits for.

    Nobody waits for an answer to a `fire_and_forget` app message [doc].
    """
    expected = frozenset(_expected_failures(scenario))
    return tuple(
        call
        for call in calls
        if call.succeeded
        or ((call.turn, call.call.name) not in expected and not _unawaited(call, scenario))
    )


def _unawaited(call: MadeCall, scenario: Scenario) -> bool:
    tool = scenario.pal.tool(call.call.name)
    return (
        call.resolved is not None
        and call.resolved.status == "unanswered"
        and (tool is None or tool.effective_on_resolve == "fire_and_forget")
    )


def _expected_failures(scenario: Scenario) -> Iterator[tuple[int, str]]:
    for number, turn in enumerate(scenario.turns, start=1):
        calls = expected_calls(turn.calls)
        yield from ((number, call.tool) for call in calls if _may_fail(call))


def _may_fail(call: CallExpectation) -> bool:
    if isinstance(call.status, int):
        return not 200 <= call.status < 300
    return call.status not in {None, "success"}
