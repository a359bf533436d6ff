"""The right tool with other arguments than expected."""

from __future__ import annotations

from pytest_tavus.contract.tool.sent import UNSENT
from pytest_tavus.verdict.checks.as_sent import unclear
from pytest_tavus.verdict.checks.case import TurnCase
from pytest_tavus.verdict.checks.change import changed_arguments
from pytest_tavus.verdict.checks.seen import UNREADABLE, Call
from pytest_tavus.verdict.checks.wanted import Expected
from pytest_tavus.verdict.checks.words import call_text, differences, joined, request_text
from pytest_tavus.verdict.verdict import Difference, Finding


def wrong_arguments(want: Expected, call: Call, turn: TurnCase) -> Finding | None:
    """Tell the first argument that differs, with both values; `None` where all are right."""
    expectation = want.expectation
    if call.arguments is UNREADABLE or call.arguments is UNSENT:
        return None  # told by themselves
    mismatches = want.mismatches(call)
    if not mismatches:
        doubts = want.doubts(call)
        at = turn.where(expectation.at)
        return unclear(call, doubts, turn.case, at=at, asked="was expected") if doubts else None
    found = differences(mismatches, turn.show, "arguments")
    first = found[0]
    return Finding(
        kind="wrong_arguments",
        message=(
            f"{call.name} was expected with {first.path} {first.expected}, "
            f"but was {'sent' if call.differs else 'called'} {_with(first)}"
        ),
        owner="agent",
        span=turn.where(expectation.at),
        turn=turn.number,
        seqs=(call.entry.seq,),
        closest=call_text(call, turn.show),
        differences=found,
        detail=joined(_others(call, turn), request_text(call, turn.show)),
        change=changed_arguments(want, call, turn),
    )


def _with(difference: Difference) -> str:
    return "without it" if difference.actual == "absent" else f"with {difference.actual}"


def _others(call: Call, turn: TurnCase) -> str | None:
    number = sum(1 for other in turn.calls if other.name == call.name)
    return f"{call.name} was called {number} times in this turn" if number > 1 else None
