"""Who decided the facts of one call: its row of the table, with whose answer it got."""

from __future__ import annotations

from pytest_tavus.scenario.values.templates import root
from pytest_tavus.trace.facts import Decider, Deciders
from pytest_tavus.verdict.checks.case import TurnCase
from pytest_tavus.verdict.checks.wanted import Expected
from pytest_tavus.verdict.seen import Call


def answerer(call: Call, row: Deciders) -> Decider | None:
    """Return who decided what became of a call; while it is open, who it is that must answer."""
    if call.resolved is not None:
        return row.answer_decider(call.resolved.answered_by)
    return row.answer if call.called.channel == "api" else row.client_result


def save_decider(path: str, call: Call | None, row: Deciders) -> Decider | None:
    """Return who decides the value at a path of `save`."""
    if call is None:
        return row.call
    return (
        answerer(call, row)
        if root(path) == "result"
        else row.arguments_decider(call.called.filled_by)
    )


def facts_of(want: Expected, call: Call, turn: TurnCase) -> list[Decider | None]:
    """Return who decided each fact that an expectation asks of the call that meets it."""
    expectation, row = want.expectation, turn.deciders
    decider = answerer(call, row)
    facts: list[Decider | None] = [row.call, decider]  # that it was made, and how it ended
    if expectation.arguments:
        facts.append(row.arguments_decider(call.called.filled_by))
    if expectation.expects_result:
        facts.append(decider)
    if expectation.within is not None:
        facts.append(None if row.timing is None else decider)
    facts.extend(save_decider(path, call, row) for path in expectation.save.values())
    return facts
