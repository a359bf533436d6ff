"""Expectations without a call, calls without an expectation, calls in another order."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from pytest_tavus.contract.tool.sent import UNSENT
from pytest_tavus.matching.text import flow
from pytest_tavus.scenario.values.model import Times
from pytest_tavus.scenario.values.templates import MissingValue
from pytest_tavus.spans import Loc
from pytest_tavus.trace.facts import Decider
from pytest_tavus.verdict.checks.case import TurnCase
from pytest_tavus.verdict.checks.change import changed_calls
from pytest_tavus.verdict.checks.deciders import answerer
from pytest_tavus.verdict.checks.outcome import failed_call
from pytest_tavus.verdict.checks.trouble import is_unhandled
from pytest_tavus.verdict.checks.wanted import Expected, has_status
from pytest_tavus.verdict.checks.words import call_text, differences, joined, listed, request_text
from pytest_tavus.verdict.seen import Call
from pytest_tavus.verdict.verdict import Finding

LOOKED_AT = 100
"""Calls among which the closest is looked for."""


def missing_call(want: Expected, turn: TurnCase, *, left: Sequence[Call], found: int) -> Finding:
    """Tell of a call that never came, and of what came nearest."""
    expectation = want.expectation
    text = f"{expectation.tool}: {flow(turn.show(want.arguments))}"
    closest = _closest(want, left or turn.calls)
    same_tool = closest is not None and closest.name == expectation.tool
    wrong = (
        same_tool
        and closest is not None
        and closest.arguments is not UNSENT
        and want.mismatches(closest)
    )
    return Finding(
        kind="missing_call",
        message=f"{text} was expected{_how_often(expectation.times)}, but {_seen(turn, found)}",
        owner="agent",
        span=turn.where(expectation.at),
        turn=turn.number,
        seqs=() if closest is None else (closest.entry.seq,),
        closest=None if closest is None else call_text(closest, turn.show),
        differences=differences(wrong or (), turn.show, "arguments"),
        detail=joined(
            _others(len(turn.calls)), None if closest is None else request_text(closest, turn.show)
        ),
    )


def _how_often(times: Times) -> str:
    if times == Times():
        return ""
    if times.minimum == times.maximum:
        return f" {times.minimum} times"
    return f" at least {_times(times.minimum)}"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _seen(turn: TurnCase, found: int) -> str:
    if found:
        return f"was called only {_times(found)}"
    if not turn.calls:
        return "the PAL made no call"
    names = list(dict.fromkeys(call.name for call in turn.calls))
    return f"the PAL called {listed(names)}"


def _closest(want: Expected, calls: Sequence[Call]) -> Call | None:
    def far(call: Call) -> tuple[bool, int]:
        return call.name != want.expectation.tool, want.distance(call)

    same = [call for call in calls if call.name == want.expectation.tool]
    return min((same or calls)[:LOOKED_AT], key=far, default=None)


def _others(number: int) -> str | None:
    return f"closest of the {number} calls in this turn" if number > 1 else None


def unexpected_call(call: Call, turn: TurnCase) -> Finding:
    """Tell of a call that nobody asked for, and what would allow it."""
    at = turn.turn.at if turn.turn.calls is None else turn.turn.calls.at
    text = call_text(call, turn.show)
    return Finding(
        kind="unexpected_call",
        message=f"{text} was called, but no such call was expected{_more(call, turn)}",
        owner="agent",
        span=turn.where(at),
        turn=turn.number,
        seqs=tuple(call.seqs),
        detail=request_text(call, turn.show),
        change=changed_calls(call, turn),
    )


def repeated_call(call: Call, turn: TurnCase) -> Finding:
    """Tell of a call that was expected, but not so often: `extra: allowed` means other calls."""
    text = call_text(call, turn.show)
    return replace(
        unexpected_call(call, turn),
        message=f"{text} was called more often than expected{_more(call, turn)}",
        hint="`extra: allowed` allows other calls; how often one is expected is written `times:`",
    )


def _more(call: Call, turn: TurnCase) -> str:
    same = sum(1 for other in turn.calls if other.name == call.name)
    group = turn.turn.calls
    if same < 2 or group is None or not group.members:
        return ""
    return f": {call.name} was called {same} times in this turn"


def wrong_order(
    late: tuple[Expected, Call], early: tuple[Expected, Call], turn: TurnCase
) -> Finding:
    """Tell of two calls that are both as expected, but the wrong way round."""
    (want, second), (_, first) = late, early
    one, other = call_text(first, turn.show), call_text(second, turn.show)
    names = [call.name for call in turn.calls]
    return Finding(
        kind="wrong_order",
        message=f"{one} came before {other}, but was expected after it",
        owner="agent",
        span=turn.where(want.expectation.at),
        turn=turn.number,
        seqs=(first.entry.seq, second.entry.seq),
        detail=f"called in this order: {listed(names, last='then')}"
        if len(set(names)) > 1
        else None,
        hint="calls in any order are written under `unordered:`",
    )


def not_comparable(turn: TurnCase, at: Loc, error: ValueError) -> Finding:
    """Tell of an expectation whose placeholders have no values."""
    return Finding(
        kind="nothing_saved",
        message=f"what is expected in turn {turn.number} cannot be compared: {error}",
        owner="test",
        span=turn.where(at),
        turn=turn.number,
        needs=error.placeholder if isinstance(error, MissingValue) else None,
    )


def too_many_ways(turn: TurnCase, at: Loc) -> Finding:
    """Tell of a plan that would take too long to decide."""
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


def allowed_by(turn: TurnCase, calls: Sequence[Call]) -> list[Decider | None]:
    """Return who decided how calls ended that nobody expected, where they are allowed."""
    return [answerer(call, turn.deciders) for call in calls] if turn.turn.extra else []


def unexpected_calls(turn: TurnCase, calls: Sequence[Call]) -> list[Finding]:
    """Refuse calls that nobody expected; where they are allowed, they must succeed."""
    if not turn.turn.extra:
        return [unexpected_call(call, turn) for call in calls]
    return [
        failed_call(call, turn, None)
        for call in calls
        if not is_unhandled(call) and not has_status(None, call, turn.case.tools.get(call.name))
    ]
