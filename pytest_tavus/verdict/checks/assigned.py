"""Assigns calls to expectations if the calls are not exactly the expected calls in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Final

from msgspec.structs import replace

from pytest_tavus.contract.tool.sent import UNSENT
from pytest_tavus.matching.assignment.assign import TooManyWaysError, assign, without_order
from pytest_tavus.matching.assignment.plan import Assignment, Group, Leaf, Node, precedences
from pytest_tavus.scenario.values.model import CallExpectation, CallGroup
from pytest_tavus.scenario.values.templates import MissingValue
from pytest_tavus.trace.facts import Decider
from pytest_tavus.verdict.call import UNREADABLE, Call
from pytest_tavus.verdict.checks.as_sent import build_unclear_finding, check_sent
from pytest_tavus.verdict.checks.case import CheckResult, TurnCase
from pytest_tavus.verdict.checks.change import suggest_arguments
from pytest_tavus.verdict.checks.deciders import facts_of
from pytest_tavus.verdict.checks.expected import LEFT_OVER, Expected, Pricing
from pytest_tavus.verdict.checks.outcome import check_outcome
from pytest_tavus.verdict.checks.unmatched import (
    build_missing_call_finding,
    build_not_comparable_finding,
    build_repeated_call_finding,
    build_too_many_ways_finding,
    build_wrong_order_finding,
    check_unexpected_calls,
    list_extra_deciders,
)
from pytest_tavus.verdict.checks.words import (
    describe_request,
    differences,
    format_sent_call,
    join_lines,
)
from pytest_tavus.verdict.verdict import Difference, Finding


def check_arguments(expected: Expected, call: Call, turn: TurnCase) -> Finding | None:
    """Report the first argument that differs, with both values."""
    expectation = expected.expectation
    if call.arguments is UNREADABLE or call.arguments is UNSENT:
        return None  # other checks report both
    mismatches = expected.mismatches(call)
    if not mismatches:
        doubts = expected.doubts(call)
        at = turn.where(expectation.at)
        return (
            build_unclear_finding(call, doubts, turn.case, at=at, asked="was expected")
            if doubts
            else None
        )
    found = differences(mismatches, turn.show, "arguments")
    first = found[0]
    return Finding(
        kind="wrong_arguments",
        message=(
            f"{call.name} was expected with {first.path} {first.expected}, "
            f"but was {'sent' if call.differs else 'called'} {_describe_actual(first)}"
        ),
        owner="agent",
        span=turn.where(expectation.at),
        turn=turn.number,
        seqs=(call.entry.seq,),
        closest=format_sent_call(call, turn.show),
        differences=found,
        detail=join_lines(_describe_other_calls(call, turn), describe_request(call, turn.show)),
        change=suggest_arguments(expected, call, turn),
    )


def _describe_actual(difference: Difference) -> str:
    return "without it" if difference.actual == "absent" else f"with {difference.actual}"


def _describe_other_calls(call: Call, turn: TurnCase) -> str | None:
    number = sum(1 for other in turn.calls if other.name == call.name)
    return f"{call.name} was called {number} times in this turn" if number > 1 else None


Matched = list[tuple[Expected, Call]]

_ALLOWED: Final = 1
"""The cost of an allowed call: the least above 0, so that a call that meets an expectation is
assigned to the expectation."""


def check_assignment(
    group: CallGroup, expectations: Sequence[Expected], turn: TurnCase
) -> CheckResult:
    """Assign the calls of a turn to a group of expectations, and report the mismatches."""
    try:
        plan = _build_plan(group)
        best = _find_best(plan, expectations, turn)
    except TooManyWaysError:
        return CheckResult((build_too_many_ways_finding(turn, group.at),), (turn.deciders.call,))
    return CheckResult(_findings(plan, best, expectations, turn), _facts(best, expectations, turn))


def _facts(
    best: Assignment, expectations: Sequence[Expected], turn: TurnCase
) -> list[Decider | None]:
    met = {row for row, _ in best.pairs}
    facts: list[Decider | None] = [
        turn.deciders.call for row in range(len(expectations)) if row not in met
    ]
    for row, seen in best.pairs:
        facts += facts_of(expectations[row], turn.calls[seen], turn)
    return facts + list_extra_deciders(turn, [turn.calls[seen] for seen in best.extra])


def _build_plan(group: CallGroup) -> Node:
    """Return the group as a plan with its rows numbered in the order of the file."""
    return _build_node(group, iter(range(10**9)))


def _build_node(part: CallExpectation | CallGroup, rows: Iterator[int]) -> Node:
    if isinstance(part, CallGroup):
        return Group(
            ordered=part.ordered,
            members=tuple(_build_node(member, rows) for member in part.members),
        )
    return Leaf(row=next(rows), minimum=part.times.minimum, maximum=part.times.maximum)


def _find_best(plan: Node, expectations: Sequence[Expected], turn: TurnCase) -> Assignment:
    if turn.turn.extra and (met := _assign_meant(plan, expectations, turn)) is not None:
        return met
    costs = Pricing(expectations, turn)
    extra = _ALLOWED if turn.turn.extra else LEFT_OVER
    count = len(turn.calls)
    best = assign(plan, costs, count=count, missing=LEFT_OVER, extra=extra)
    if best.cost:
        # If another order explains more, the order is the mistake to report.
        loose = without_order(plan)
        with suppress(TooManyWaysError):
            free = assign(loose, costs, count=count, missing=LEFT_OVER, extra=extra)
            best = min(best, free, key=lambda assignment: assignment.cost)
    return best


def _assign_meant(
    plan: Node, expectations: Sequence[Expected], turn: TurnCase
) -> Assignment | None:
    """Assign only the calls that some expectation means; `None` if that has a cost.

    `extra: allowed` allows other calls, but no repetition of an expected call.
    """
    meant = [index for index, call in enumerate(turn.calls) if _is_meant(call, expectations, turn)]
    calls = [turn.calls[index] for index in meant]
    costs = Pricing(expectations, replace(turn, calls=calls))
    met = assign(plan, costs, count=len(calls), missing=LEFT_OVER, extra=LEFT_OVER)
    if met.cost:
        return None
    others = tuple(sorted({*range(len(turn.calls))} - {*meant}))
    return replace(met, pairs=tuple((row, meant[seen]) for row, seen in met.pairs), extra=others)


def _is_meant(call: Call, expectations: Sequence[Expected], turn: TurnCase) -> bool:
    return any(expected.is_meant(call, turn) for expected in expectations)


def _findings(
    plan: Node, best: Assignment, expectations: Sequence[Expected], turn: TurnCase
) -> list[Finding]:
    found = [*_check_order(plan, best, expectations, turn)]
    found += _check_pairs([(expectations[row], turn.calls[seen]) for row, seen in best.pairs], turn)
    left = [turn.calls[seen] for seen in best.extra]
    found += _check_missing(best, expectations, turn, left)
    repeated = [turn.turn.extra and _is_meant(call, expectations, turn) for call in left]
    found += [
        build_repeated_call_finding(call, turn)
        for call, again in zip(left, repeated, strict=True)
        if again
    ]
    found += check_unexpected_calls(
        turn, [call for call, again in zip(left, repeated, strict=True) if not again]
    )
    if found and not best.is_optimal:
        found[0] = replace(found[0], detail=_add_remark(found[0].detail))
    return found


def _add_remark(detail: str | None) -> str:
    remark = (
        "the calls were assigned to what was expected as well as could be found: "
        "there are too many of them to try every way"
    )
    return remark if detail is None else f"{detail}\n{remark}"


def _check_missing(
    best: Assignment, expectations: Sequence[Expected], turn: TurnCase, left: Sequence[Call]
) -> Iterator[Finding]:
    found = Counter(row for row, _ in best.pairs)
    for row in dict.fromkeys(best.missing):
        yield build_missing_call_finding(expectations[row], turn, left=left, found=found[row])


def _check_order(
    plan: Node, best: Assignment, expectations: Sequence[Expected], turn: TurnCase
) -> Iterator[Finding]:
    earliest = dict(reversed(best.pairs))
    latest = dict(best.pairs)
    for first, second in precedences(plan):
        if first in latest and second in earliest and latest[first] > earliest[second]:
            late = (expectations[first], turn.calls[latest[first]])
            early = (expectations[second], turn.calls[earliest[second]])
            yield build_wrong_order_finding(late, early, turn)
            return


def _check_pairs(matched: Matched, turn: TurnCase) -> tuple[Finding, ...]:
    findings: list[Finding] = []
    for unfilled, call in matched:
        try:
            expected = unfilled.refill(call, turn)
        except MissingValue as error:
            findings.append(build_not_comparable_finding(turn, unfilled.expectation.at, error))
            continue
        wrong = check_arguments(expected, call, turn)
        found = [wrong] if wrong is not None else check_outcome(expected, call, turn)
        if not found and (never := check_sent(expected, call, turn)) is not None:
            found = [never]
        findings += found
    return tuple(findings)
