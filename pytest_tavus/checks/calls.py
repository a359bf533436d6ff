"""`calls`: the calls of a turn are those that are expected, in their order, and no others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_tavus.checks.case import NOTHING_TO_CHECK, Checked, TurnCase
from pytest_tavus.checks.outcome import failed_call, outcome
from pytest_tavus.checks.seen import Call
from pytest_tavus.checks.trouble import is_unhandled
from pytest_tavus.checks.unmatched import (
    missing_call,
    not_comparable,
    too_many_ways,
    unexpected_call,
    wrong_order,
)
from pytest_tavus.checks.wanted import LEFT_OVER, Wanted, expectations, has_status, plan_of
from pytest_tavus.checks.wrong_arguments import wrong_arguments
from pytest_tavus.matching.assign import TooManyWaysError, assign, without_order
from pytest_tavus.matching.plan import Assignment, Node, precedences
from pytest_tavus.scenario.model import CallExpectation
from pytest_tavus.verdict import Finding

Matched = list[tuple[Wanted, Call]]


@dataclass(frozen=True, slots=True)
class ExpectedCalls:
    """The keyword `calls`, with `result`, `status`, `within`, `times` and `save` of each."""

    def check(self, turn: TurnCase) -> Checked:
        """Assign what was called to what was expected, and tell what is left over."""
        if not turn.played:
            return NOTHING_TO_CHECK
        group = turn.turn.calls
        if group is None or not group.members:
            return Checked(_extra(turn, turn.calls), 0 if group is None else 1)
        expected = list(expectations(group))
        try:
            wanted = [_wanted(expectation, turn) for expectation in expected]
        except ValueError as error:
            return Checked((not_comparable(turn, group.at, error),), 1)
        if _is_as_written(wanted, turn):
            return Checked(_of_perfect(wanted, turn), len(wanted))
        try:
            return Checked(tuple(_assigned(plan_of(group), wanted, turn)), len(wanted))
        except TooManyWaysError:
            return Checked((too_many_ways(turn, group.at),), 1)


def _wanted(expectation: CallExpectation, turn: TurnCase) -> Wanted:
    return Wanted(
        expectation,
        turn.expected(expectation.arguments),
        turn.expected(expectation.result) if expectation.expects_result else None,
    )


def _is_as_written(wanted: Sequence[Wanted], turn: TurnCase) -> bool:
    """Tell whether each call is the next one written: that order suits every plan."""
    return len(wanted) == len(turn.calls) and all(
        want.expectation.times.minimum <= 1
        and want.expectation.times.maximum != 0
        and want.cost(call, turn) == 0
        for want, call in zip(wanted, turn.calls, strict=True)
    )


def _assigned(plan: Node, wanted: Sequence[Wanted], turn: TurnCase) -> Iterator[Finding]:
    costs = [[want.cost(call, turn) for call in turn.calls] for want in wanted]
    extra = 0 if turn.turn.extra else LEFT_OVER
    count = len(turn.calls)
    best = assign(plan, costs, count=count, missing=LEFT_OVER, extra=extra)
    if best.cost:
        # Where another order would explain more, the order is what is wrong.
        loose = without_order(plan)
        free = assign(loose, costs, count=count, missing=LEFT_OVER, extra=extra)
        best = min(best, free, key=lambda assignment: assignment.cost)
    yield from _order(plan, best, wanted, turn)
    yield from _of_matched([(wanted[row], turn.calls[seen]) for row, seen in best.pairs], turn)
    left = [turn.calls[seen] for seen in best.extra]
    yield from _missing(best, wanted, turn, left)
    yield from _extra(turn, left)


def _missing(
    best: Assignment, wanted: Sequence[Wanted], turn: TurnCase, left: Sequence[Call]
) -> Iterator[Finding]:
    for row in dict.fromkeys(best.missing):
        found = sum(1 for other, _ in best.pairs if other == row)
        yield missing_call(wanted[row], turn, left=left, found=found)


def _order(
    plan: Node, best: Assignment, wanted: Sequence[Wanted], turn: TurnCase
) -> Iterator[Finding]:
    earliest = dict(reversed(best.pairs))
    latest = dict(best.pairs)
    for first, second in precedences(plan):
        if first in latest and second in earliest and latest[first] > earliest[second]:
            late = (wanted[first], turn.calls[latest[first]])
            early = (wanted[second], turn.calls[earliest[second]])
            yield wrong_order(late, early, turn)
            return


def _of_perfect(wanted: Sequence[Wanted], turn: TurnCase) -> list[Finding]:
    """Look at the one thing that the cost of a pair leaves open: what it was to leave behind."""
    return [
        found
        for want, call in zip(wanted, turn.calls, strict=True)
        if want.expectation.save
        for found in outcome(want, call, turn)
    ]


def _of_matched(matched: Matched, turn: TurnCase) -> tuple[Finding, ...]:
    findings: list[Finding] = []
    for want, call in matched:
        wrong = wrong_arguments(want, call, turn)
        findings += [wrong] if wrong is not None else outcome(want, call, turn)
    return tuple(findings)


def _extra(turn: TurnCase, calls: Sequence[Call]) -> list[Finding]:
    """Refuse calls that nobody expected; where they are allowed, they must succeed."""
    if not turn.turn.extra:
        return [unexpected_call(call, turn) for call in calls]
    return [
        failed_call(call, turn, None)
        for call in calls
        if not is_unhandled(call) and not has_status(None, call, turn.case.tools.get(call.name))
    ]
