"""Checks the outcome of an expected call: its status, its answer, its time and its saved values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from types import MappingProxyType

from pytest_tavus.matching.compare import compare
from pytest_tavus.scenario.values.model import CallExpectation
from pytest_tavus.scenario.values.templates import root
from pytest_tavus.spans import Loc
from pytest_tavus.trace.events import Failure
from pytest_tavus.verdict.call import Call
from pytest_tavus.verdict.checks.call_failure import build_call_failure, is_unhandled, may_be_meant
from pytest_tavus.verdict.checks.case import TurnCase
from pytest_tavus.verdict.checks.change import suggest_result
from pytest_tavus.verdict.checks.expected import (
    Expected,
    has_status,
    is_within,
    measure_answer_time,
)
from pytest_tavus.verdict.checks.words import describe_answer, differences, format_seconds
from pytest_tavus.verdict.verdict import Difference, Finding

_FAILED: Mapping[Failure, str] = MappingProxyType(
    {
        "crash": "the handler crashed (status: crash)",
        "unreadable": "its answer could not be used (status: unreadable)",
        "unreachable": "it did not get to its handler (status: unreachable)",
    }
)


def check_outcome(expected: Expected, call: Call, turn: TurnCase) -> list[Finding]:
    findings: list[Finding] = []
    tool = turn.case.tools.get(call.name)
    if is_unhandled(call):
        return findings  # another check reports it, whatever the expected status
    if not has_status(expected.expectation.status, call, tool):
        return [_build_wrong_status_finding(expected.expectation, call, turn)]
    if expected.expectation.expects_result:
        findings += _check_result(expected, call, turn)
    if expected.expectation.within is not None:
        findings += _check_within(expected.expectation, call, turn)
    if expected.expectation.save:
        findings += _check_saved(expected.expectation, call, turn)
    return findings


def _build_wrong_status_finding(
    expectation: CallExpectation, call: Call, turn: TurnCase
) -> Finding:
    if expectation.status is None or expectation.status == "success":
        return build_failed_call_finding(call, turn, expectation)
    resolved = call.resolved
    why = build_call_failure(call, turn.show)
    failed = resolved is not None and resolved.status != "success"
    status = _describe_expected_status(expectation.status)
    return Finding(
        kind="wrong_status",
        message=f"{call.name} was expected {status}, but {_describe_end(call)}",
        owner=why.owner,
        span=turn.where(expectation.at),
        turn=turn.number,
        seqs=tuple(reversed(call.seqs)),
        detail=why.detail if failed else describe_answer(call, turn.show),
        change=_suggest_status(expectation, call),
    )


def _describe_expected_status(status: int | str) -> str:
    return f"to be answered {status}" if isinstance(status, int) else f"to end in {status}"


def _describe_end(call: Call) -> str:
    if call.resolved is None:
        return "was still open when the conversation ended"
    code, failure = call.resolved.http_status, call.resolved.failure
    ended = f"ended in {call.resolved.status}" if failure is None else _FAILED[failure]
    return ended if code is None else f"was answered {code} and {ended}"


def _suggest_status(expectation: CallExpectation, call: Call) -> str | None:
    if call.resolved is None:
        return None
    code = call.resolved.http_status
    if code is not None and code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return None  # a scenario should not expect a crash
    failure = call.resolved.failure
    if failure is not None:
        return None if failure == "crash" else f"status: {failure}"
    if isinstance(expectation.status, int) and code is not None:
        return f"status: {code}"
    return f"status: {call.resolved.status}"


def build_failed_call_finding(
    call: Call, turn: TurnCase, expectation: CallExpectation | None
) -> Finding:
    """Report a call that failed without an expected failure."""
    why = build_call_failure(call, turn.show)
    verb = "was not answered" if why.kind == "unanswered_call" else "failed"
    return Finding(
        kind=why.kind,
        message=f"{call.name} {verb}: {why.reason}",
        owner=why.owner,
        span=turn.where(turn.turn.at if expectation is None else expectation.at),
        turn=turn.number,
        seqs=tuple(reversed(call.seqs)),
        detail=why.detail,
        hint=(
            None
            if expectation is None or not may_be_meant(call)
            else f"where this is meant, write `status: {_actual_status(call)}` beside the call"
        ),
    )


def _actual_status(call: Call) -> str | int | None:
    resolved = call.resolved
    if resolved is None:
        return None
    code = resolved.http_status if resolved.failure == "crash" else None
    return code or resolved.failure or resolved.status


def _check_result(expected: Expected, call: Call, turn: TurnCase) -> Iterator[Finding]:
    mismatches = compare(expected.result, call.answer)
    if not mismatches:
        return
    found = differences(mismatches, turn.show, "result")
    first = found[0]
    yield Finding(
        kind="wrong_result",
        message=(
            f"{call.name} was expected to answer {first.path} {first.expected}, "
            f"but {_describe_actual(first)}"
        ),
        owner="handler",
        span=turn.where((*expected.expectation.at, "result")),
        turn=turn.number,
        seqs=tuple(reversed(call.seqs)),
        differences=found,
        detail=describe_answer(call, turn.show),
        change=suggest_result(expected, call, turn),
    )


def _describe_actual(difference: Difference) -> str:
    if difference.actual == "absent":
        return "that is not in its answer"
    return f"answered {difference.actual}"


def _check_within(expectation: CallExpectation, call: Call, turn: TurnCase) -> Iterator[Finding]:
    measured = measure_answer_time(call, turn)
    limit = expectation.within
    if limit is None or measured is None or is_within(limit, call, turn):
        return
    yield Finding(
        kind="too_late",
        message=(
            f"the answer of {call.name} was expected within {format_seconds(limit)} "
            f"of the caller's line, but came after {format_seconds(measured)}"
        ),
        owner="handler",
        span=turn.where((*expectation.at, "within")),
        turn=turn.number,
        seqs=tuple(reversed(call.seqs)),
    )


def _check_saved(expectation: CallExpectation, call: Call, turn: TurnCase) -> Iterator[Finding]:
    for name, path in expectation.save.items():
        if not has_saved(turn, name):
            yield build_nothing_saved_finding(turn, call, name, path=path, at=expectation.at)


def has_saved(turn: TurnCase, name: str) -> bool:
    saved = turn.case.observed.saved
    return any(entry.turn == turn.number and event.name == name for entry, event in saved)


def build_nothing_saved_finding(
    turn: TurnCase, call: Call | None, name: str, *, path: str, at: Loc
) -> Finding:
    """Report a `save` whose path has no value."""
    why = "no call was made" if call is None else f"{call.name} has no such value"
    from_answer = root(path) == "result"
    return Finding(
        kind="nothing_saved",
        message=f"{name!r} was to be kept from {path}, but {why}",
        owner="handler" if from_answer else "agent",
        span=turn.where((*at, "save", name)),
        turn=turn.number,
        seqs=() if call is None else tuple(reversed(call.seqs)),
        detail=None if call is None or not from_answer else describe_answer(call, turn.show),
    )
