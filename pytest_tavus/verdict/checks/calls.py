"""`calls`: the calls of a turn are those that are expected, in their order, and no others."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_tavus.scenario.rules.rule import list_expected_calls
from pytest_tavus.trace.facts import Decider
from pytest_tavus.verdict.checks.case import NOTHING_TO_CHECK, CheckResult, TurnCase
from pytest_tavus.verdict.checks.deciders import facts_of
from pytest_tavus.verdict.checks.outcome import check_outcome
from pytest_tavus.verdict.checks.unmatched import (
    build_not_comparable_finding,
    check_unexpected_calls,
    list_extra_deciders,
)
from pytest_tavus.verdict.checks.wanted import Expected, fill_expectation
from pytest_tavus.verdict.verdict import Finding


class ExpectedCalls:
    """The keyword `calls`, with `result`, `status`, `within`, `times` and `save` of each."""

    def check(self, turn: TurnCase) -> CheckResult:
        """Assign what was called to what was expected, and tell what is left over."""
        if not turn.played:
            return NOTHING_TO_CHECK
        group = turn.turn.calls
        if group is None or not group.members:
            made = list_extra_deciders(turn, turn.calls)
            none = () if group is None else (turn.deciders.call,)
            return CheckResult(check_unexpected_calls(turn, turn.calls), (*none, *made))
        saves = bool(turn.case.observed.saved)
        try:
            wanted = [
                fill_expectation(one, turn.fill, anew=saves) for one in list_expected_calls(group)
            ]
        except ValueError as error:
            return CheckResult(
                (build_not_comparable_finding(turn, group.at, error),), (turn.deciders.call,)
            )
        if _is_as_written(wanted, turn):
            pairs = zip(wanted, turn.calls, strict=True)
            facts: list[Decider | None] = []
            for want, call in pairs:
                facts += facts_of(want, call, turn)
            return CheckResult(_check_saved(wanted, turn), facts)
        from pytest_tavus.verdict.checks.assigned import check_assignment

        return check_assignment(group, wanted, turn)


def _is_as_written(wanted: Sequence[Expected], turn: TurnCase) -> bool:
    """Tell whether each call is the next one written: that order suits every plan."""
    return len(wanted) == len(turn.calls) and all(
        want.expectation.times.minimum <= 1
        and want.expectation.times.maximum != 0
        and want.suits(call, turn)
        for want, call in zip(wanted, turn.calls, strict=True)
    )


def _check_saved(wanted: Sequence[Expected], turn: TurnCase) -> list[Finding]:
    """Look at the one thing that the cost of a pair leaves open: what it was to leave behind."""
    return [
        found
        for want, call in zip(wanted, turn.calls, strict=True)
        if want.expectation.save
        for found in check_outcome(want.refill(call, turn), call, turn)
    ]
