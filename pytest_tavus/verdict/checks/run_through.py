"""Checks that the conversation ran to its end: no faults, and every turn was played."""

from __future__ import annotations

from pytest_tavus.spans import Loc
from pytest_tavus.trace.events import Fault
from pytest_tavus.trace.log import Entry
from pytest_tavus.verdict.checks.case import NOTHING_TO_CHECK, Case, CheckResult
from pytest_tavus.verdict.checks.words import SENTENCE, excerpt
from pytest_tavus.verdict.verdict import Finding


class NoFaults:
    """The trace holds no fault. The owner of a fault owns its finding."""

    def check(self, case: Case) -> CheckResult:
        return CheckResult(
            [_build_fault_finding(entry, event, case) for entry, event in case.observed.faults]
        )


def _build_fault_finding(entry: Entry, event: Fault, case: Case) -> Finding:
    return Finding(
        kind="fault",
        message=excerpt(case.show(event.message), SENTENCE),
        owner=event.owner,
        span=case.scenario.where(_place_of(entry, event, case)),
        turn=entry.turn,
        seqs=(entry.seq,),
        detail=None if event.detail is None else case.show(event.detail),
    )


def _place_of(entry: Entry, event: Fault, case: Case) -> Loc:
    handler = case.scenario.handler
    if event.owner == "handler" and not entry.turn and handler is not None:
        return handler.at  # before the first turn, the handler did not start
    return _turn_at(entry.turn, case)


def _turn_at(number: int, case: Case) -> Loc:
    turns = case.scenario.turns
    return turns[number - 1].at if 0 < number <= len(turns) else case.scenario.at


class EveryTurnPlayed:
    """Every turn of the scenario took place."""

    def check(self, case: Case) -> CheckResult:
        total = len(case.scenario.turns)
        missing = [n for n in range(1, total + 1) if case.observed.turn(n).user_entry is None]
        if not missing:
            return _check_ending(case)
        first = missing[0]
        which = f"turn {first}" if len(missing) == 1 else f"turns {first} to {missing[-1]}"
        verb = "was" if len(missing) == 1 else "were"
        return CheckResult(
            (
                Finding(
                    kind="not_run",
                    message=f"{which} of {total} {verb} not played: {_reason(case)}",
                    owner=case.observed.faults[-1][1].owner if case.observed.faults else "harness",
                    span=case.scenario.where(case.scenario.turns[first - 1].at),
                    turn=first,
                ),
            )
        )


def _check_ending(case: Case) -> CheckResult:
    """Report a last turn that was cut short after the caller had spoken."""
    closed = case.observed.closed
    if closed is None or closed.reason not in {"deadline", "cancelled"}:
        return NOTHING_TO_CHECK
    number = len(case.scenario.turns)
    if case.observed.turn(number).end_entry is not None or case.observed.faults:
        return NOTHING_TO_CHECK
    return CheckResult(
        (
            Finding(
                kind="not_run",
                message=f"turn {number} of {number} was cut short: {_reason(case)}",
                owner="test" if closed.reason == "deadline" else "harness",
                span=case.scenario.where(_turn_at(number, case)),
                turn=number,
            ),
        )
    )


def _reason(case: Case) -> str:
    if case.observed.faults:
        return excerpt(case.show(case.observed.faults[-1][1].message), SENTENCE)
    closed = case.observed.closed
    words = {
        "deadline": "the conversation went over its deadline",
        "cancelled": "the conversation was cancelled",
        "fault": "the conversation broke off",
        "finished": "the conversation ended early",
    }
    return "the trace ends before it" if closed is None else words[closed.reason]
