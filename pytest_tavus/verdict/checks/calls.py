"""`calls`: the calls of a turn are the expected calls, in their order, and no others."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_tavus.scenario.rules.rule import list_expected_calls
from pytest_tavus.trace.facts import Decider
from pytest_tavus.verdict.checks.case import NOTHING_TO_CHECK, CheckResult, TurnCase
from pytest_tavus.verdict.checks.deciders import facts_of
from pytest_tavus.verdict.checks.expected import Expected, fill_expectation
from pytest_tavus.verdict.checks.outcome import check_outcome
from pytest_tavus.verdict.checks.unmatched import (
    build_not_comparable_finding,
    check_unexpected_calls,
    list_extra_deciders,
)
from pytest_tavus.verdict.verdict import Finding


class ExpectedCalls:
    """The keyword `calls`, with `result`, `status`, `within`, `times` and `save` of each."""

    def check(self, turn: TurnCase) -> CheckResult:
        if not turn.played:
            return NOTHING_TO_CHECK
        group = turn.turn.calls
        if group is None or not group.members:
            made = list_extra_deciders(turn, turn.calls)
            none = () if group is None else (turn.deciders.call,)
            return CheckResult(check_unexpected_calls(turn, turn.calls), (*none, *made))
        saves = bool(turn.case.observed.saved)
        try:
            expectations = [
                fill_expectation(expectation, turn.fill, refill=saves)
                for expectation in list_expected_calls(group)
            ]
        except ValueError as error:
            return CheckResult(
                (build_not_comparable_finding(turn, group.at, error),), (turn.deciders.call,)
            )
        if _is_as_written(expectations, turn):
            pairs = zip(expectations, turn.calls, strict=True)
            facts: list[Decider | None] = []
            for expected, call in pairs:
                facts += facts_of(expected, call, turn)
            return CheckResult(_check_saved(expectations, turn), facts)
        from pytest_tavus.verdict.checks.assigned import check_assignment

        return check_assignment(group, expectations, turn)


def _is_as_written(expectations: Sequence[Expected], turn: TurnCase) -> bool:
    """Tell whether each call meets the next expectation; that order satisfies every plan.

    Most turns pass this way, without the import and the work of an assignment.
    """
    return len(expectations) == len(turn.calls) and all(
        expected.expectation.times.minimum <= 1
        and expected.expectation.times.maximum != 0
        and expected.suits(call, turn)
        for expected, call in zip(expectations, turn.calls, strict=True)
    )


def _check_saved(expectations: Sequence[Expected], turn: TurnCase) -> list[Finding]:
    # `suits` compares everything except `save`.
    return [
        found
        for expected, call in zip(expectations, turn.calls, strict=True)
        if expected.expectation.save
        for found in check_outcome(expected.refill(call, turn), call, turn)
    ]
