"""`never`: forbidden calls, with the PAL's arguments or with the sent arguments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pytest_tavus.contract.tool.sent import UNSENT
from pytest_tavus.matching.compare import matches
from pytest_tavus.scenario.values.model import CallPattern
from pytest_tavus.trace.facts import Decider, Deciders, choose_decider
from pytest_tavus.verdict.call import Call
from pytest_tavus.verdict.checks.as_sent import build_unclear_finding
from pytest_tavus.verdict.checks.case import NOTHING_TO_CHECK, Case, CheckResult, TurnCase
from pytest_tavus.verdict.checks.words import describe_request, format_pal_call, format_sent_call
from pytest_tavus.verdict.verdict import Finding


class NeverInScenario:
    """`never` of a scenario: calls that are forbidden in the whole conversation."""

    def check(self, case: Case) -> CheckResult:
        if not case.observed.turns:
            return NOTHING_TO_CHECK
        return _check_patterns(case.scenario.never, list(case.observed.calls.values()), case)


class NeverInTurn:
    """`never` of a turn: calls that are forbidden in the turn and after its end."""

    def check(self, turn: TurnCase) -> CheckResult:
        if not turn.played:
            return NOTHING_TO_CHECK
        calls = [*turn.observed.calls, *turn.observed.calls_after]
        return _check_patterns(turn.turn.never, calls, turn.case)


def _check_patterns(
    patterns: Sequence[CallPattern], calls: Sequence[Call], case: Case
) -> CheckResult:
    found = [
        finding
        for pattern in patterns
        for call in calls
        if pattern.tool == call.name
        for finding in _check_call(
            pattern, call, case, case.fill(pattern.arguments, turn=call.entry.turn)
        )
    ]
    return CheckResult(
        found, [_avoidance_decider(pattern, calls, case.deciders) for pattern in patterns]
    )


def _avoidance_decider(
    pattern: CallPattern, calls: Sequence[Call], row: Deciders
) -> Decider | None:
    """Return the decider of the fact that a forbidden call was not made.

    The script decides which calls the PAL makes. If only some arguments are forbidden, the decider
    is the source of the answer that filled the arguments.
    """
    if not pattern.arguments:
        return row.call
    filled = [c.called.filled_by for c in calls if c.name == pattern.tool and c.called.filled_by]
    return choose_decider(map(row.arguments_decider, filled), row.call) if filled else row.call


def _check_call(
    pattern: CallPattern, call: Call, case: Case, arguments: object
) -> Iterator[Finding]:
    if matches(arguments, call.called_arguments):
        yield _build_forbidden_finding(pattern, call, case, format_pal_call(call, case.show))
        return
    if call.arguments is UNSENT or not matches(*call.comparable_pair(arguments)):
        return
    doubts = call.doubts(arguments, exact=False)
    if doubts:
        yield build_unclear_finding(
            call, doubts, case, at=case.scenario.where(pattern.at), asked="is forbidden"
        )
    else:
        yield _build_forbidden_finding(pattern, call, case, format_sent_call(call, case.show))


def _build_forbidden_finding(pattern: CallPattern, call: Call, case: Case, text: str) -> Finding:
    when = "" if pattern in case.scenario.never else " in this turn"
    return Finding(
        kind="forbidden_call",
        message=f"{text} was called, which must never happen{when}",
        owner="agent",
        span=case.scenario.where(pattern.at),
        turn=call.entry.turn,
        seqs=(call.entry.seq,),
        detail=describe_request(call, case.show),
    )
