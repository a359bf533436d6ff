"""Where a call that was seen stands in the scenario's file."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_tavus.scenario.rules.rule import expected_calls
from pytest_tavus.scenario.values.model import Turn
from pytest_tavus.spans import Loc, SourceSpan
from pytest_tavus.verdict.checks.case import Case
from pytest_tavus.verdict.checks.seen import Call


def call_span(call: Call, case: Case) -> SourceSpan:
    """Return the line that makes a call: as it is played, else as it is expected, else its turn."""
    number = call.entry.turn
    turns = case.scenario.turns
    if not 0 < number <= len(turns):
        return case.scenario.where(case.scenario.at)
    turn = turns[number - 1]
    written = [at for at, tool in _written(turn) if tool == call.name]
    if not written:
        return case.scenario.where(turn.at)
    seen = case.seen.turn(number)
    same = [one for one in (*seen.calls, *seen.calls_after) if one.name == call.name]
    place = next((index for index, one in enumerate(same) if one is call), 0)
    return case.scenario.where(written[min(place, len(written) - 1)])


def _written(turn: Turn) -> Iterator[tuple[Loc, str]]:
    if turn.plays is not None and turn.plays.calls is not None:
        yield from ((call.at, call.tool) for wave in turn.plays.calls for call in wave)
    else:
        yield from ((call.at, call.tool) for call in expected_calls(turn.calls))
