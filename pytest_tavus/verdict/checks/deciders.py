"""The deciders of the facts of one call, by the table in `trace/facts.py`."""

from __future__ import annotations

from pytest_tavus.scenario.values.templates import root
from pytest_tavus.trace.facts import Decider, Deciders
from pytest_tavus.verdict.call import Call
from pytest_tavus.verdict.checks.case import TurnCase
from pytest_tavus.verdict.checks.expected import Expected


def answerer(call: Call, row: Deciders) -> Decider | None:
    """Return the decider of a call's answer; for an open call, the decider that must answer."""
    if call.resolved is not None:
        return row.answer_decider(call.resolved.answered_by)
    return row.answer if call.called.channel == "api" else row.client_result


def save_decider(path: str, call: Call | None, row: Deciders) -> Decider | None:
    """Return the decider of the value at a path of `save`."""
    if call is None:
        return row.call
    return (
        answerer(call, row)
        if root(path) == "result"
        else row.arguments_decider(call.called.filled_by)
    )


def facts_of(expected: Expected, call: Call, turn: TurnCase) -> list[Decider | None]:
    """Return the decider of each fact that an expectation compares with its call."""
    expectation, row = expected.expectation, turn.deciders
    decider = answerer(call, row)
    facts: list[Decider | None] = [row.call, decider]  # the call itself, and its status
    if expectation.arguments:
        facts.append(row.arguments_decider(call.called.filled_by))
    if expectation.expects_result:
        facts.append(decider)
    if expectation.within is not None:
        facts.append(None if row.timing is None else decider)
    facts.extend(save_decider(path, call, row) for path in expectation.save.values())
    return facts
