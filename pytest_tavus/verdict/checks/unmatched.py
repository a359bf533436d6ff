"""Findings on expectations without a call, calls without an expectation, and the order of calls."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from pytest_tavus.contract.tool.sent import UNSENT
from pytest_tavus.matching.text import format_yaml
from pytest_tavus.scenario.values.model import Times
from pytest_tavus.scenario.values.templates import MissingValue
from pytest_tavus.spans import Loc
from pytest_tavus.trace.facts import Decider
from pytest_tavus.verdict.call import Call
from pytest_tavus.verdict.checks.call_failure import is_unhandled
from pytest_tavus.verdict.checks.case import TurnCase
from pytest_tavus.verdict.checks.change import suggest_calls
from pytest_tavus.verdict.checks.deciders import answerer
from pytest_tavus.verdict.checks.expected import Expected, has_status
from pytest_tavus.verdict.checks.outcome import build_failed_call_finding
from pytest_tavus.verdict.checks.words import (
    describe_request,
    differences,
    format_sent_call,
    join_lines,
    join_words,
)
from pytest_tavus.verdict.verdict import Finding

MAX_CANDIDATES = 100
"""Calls in which the search for the closest call looks."""


def build_missing_call_finding(
    expected: Expected, turn: TurnCase, *, left: Sequence[Call], found: int
) -> Finding:
    """Report an expected call that the PAL never made, with the closest call."""
    expectation = expected.expectation
    text = f"{expectation.tool}: {format_yaml(turn.show(expected.arguments))}"
    closest = _find_closest(expected, left or turn.calls)
    same_tool = closest is not None and closest.name == expectation.tool
    wrong = (
        same_tool
        and closest is not None
        and closest.arguments is not UNSENT
        and expected.mismatches(closest)
    )
    times = _describe_times(expectation.times)
    return Finding(
        kind="missing_call",
        message=f"{text} was expected{times}, but {_describe_calls(turn, found)}",
        owner="agent",
        span=turn.where(expectation.at),
        turn=turn.number,
        seqs=() if closest is None else (closest.entry.seq,),
        closest=None if closest is None else format_sent_call(closest, turn.show),
        differences=differences(wrong or (), turn.show, "arguments"),
        detail=join_lines(
            _describe_closest(len(turn.calls)),
            None if closest is None else describe_request(closest, turn.show),
        ),
    )


def _describe_times(times: Times) -> str:
    if times == Times():
        return ""
    if times.minimum == times.maximum:
        return f" {times.minimum} times"
    return f" at least {_format_count(times.minimum)}"


def _format_count(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _describe_calls(turn: TurnCase, found: int) -> str:
    if found:
        return f"was called only {_format_count(found)}"
    if not turn.calls:
        return "the PAL made no call"
    names = list(dict.fromkeys(call.name for call in turn.calls))
    return f"the PAL called {join_words(names)}"


def _find_closest(expected: Expected, calls: Sequence[Call]) -> Call | None:
    same = [call for call in calls if call.name == expected.expectation.tool]
    return min((same or calls)[:MAX_CANDIDATES], key=expected.distance, default=None)


def _describe_closest(number: int) -> str | None:
    return f"closest of the {number} calls in this turn" if number > 1 else None


def build_unexpected_call_finding(call: Call, turn: TurnCase) -> Finding:
    """Report an unexpected call, with the change that would allow it."""
    at = turn.turn.at if turn.turn.calls is None else turn.turn.calls.at
    text = format_sent_call(call, turn.show)
    return Finding(
        kind="unexpected_call",
        message=f"{text} was called, but no such call was expected{_describe_repeats(call, turn)}",
        owner="agent",
        span=turn.where(at),
        turn=turn.number,
        seqs=tuple(call.seqs),
        detail=describe_request(call, turn.show),
        change=suggest_calls(call, turn),
    )


def build_repeated_call_finding(call: Call, turn: TurnCase) -> Finding:
    """Report a repetition of an expected call, which `extra: allowed` does not allow."""
    text = format_sent_call(call, turn.show)
    return replace(
        build_unexpected_call_finding(call, turn),
        message=f"{text} was called more often than expected{_describe_repeats(call, turn)}",
        hint="`extra: allowed` allows other calls; how often one is expected is written `times:`",
    )


def _describe_repeats(call: Call, turn: TurnCase) -> str:
    same = sum(1 for other in turn.calls if other.name == call.name)
    group = turn.turn.calls
    if same < 2 or group is None or not group.members:
        return ""
    return f": {call.name} was called {same} times in this turn"


def build_wrong_order_finding(
    late: tuple[Expected, Call], early: tuple[Expected, Call], turn: TurnCase
) -> Finding:
    """Report two calls that are both expected, but in the other order."""
    (expected, second), (_, first) = late, early
    one, other = format_sent_call(first, turn.show), format_sent_call(second, turn.show)
    names = [call.name for call in turn.calls]
    return Finding(
        kind="wrong_order",
        message=f"{one} came before {other}, but was expected after it",
        owner="agent",
        span=turn.where(expected.expectation.at),
        turn=turn.number,
        seqs=(first.entry.seq, second.entry.seq),
        detail=f"called in this order: {join_words(names, last='then')}"
        if len(set(names)) > 1
        else None,
        hint="calls in any order are written under `unordered:`",
    )


def build_not_comparable_finding(turn: TurnCase, at: Loc, error: ValueError) -> Finding:
    """Report an expectation with a placeholder without a value."""
    return Finding(
        kind="nothing_saved",
        message=f"what is expected in turn {turn.number} cannot be compared: {error}",
        owner="test",
        span=turn.where(at),
        turn=turn.number,
        needs=error.placeholder if isinstance(error, MissingValue) else None,
    )


def build_too_many_ways_finding(turn: TurnCase, at: Loc) -> Finding:
    return Finding(
        kind="fault",
        message=(
            f"the {len(turn.calls)} calls of turn {turn.number} can be assigned to what was "
            "expected in too many ways to look through"
        ),
        owner="test",
        span=turn.where(at),
        turn=turn.number,
        hint="write fewer groups side by side in one `unordered:` group, or split the turn",
    )


def list_extra_deciders(turn: TurnCase, calls: Sequence[Call]) -> list[Decider | None]:
    """Return the deciders of the statuses of extra calls, if the turn allows extra calls."""
    return [answerer(call, turn.deciders) for call in calls] if turn.turn.extra else []


def check_unexpected_calls(turn: TurnCase, calls: Sequence[Call]) -> list[Finding]:
    """Report unexpected calls; in a turn that allows extra calls, only those that failed."""
    if not turn.turn.extra:
        return [build_unexpected_call_finding(call, turn) for call in calls]
    return [
        build_failed_call_finding(call, turn, None)
        for call in calls
        if not is_unhandled(call) and not has_status(None, call, turn.case.tools.get(call.name))
    ]
