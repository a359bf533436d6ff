"""Findings about arguments that the request of a call leaves ambiguous, or never carried.

An ambiguous argument has its own finding, and never counts as the expected argument. A call without
a request has sent no arguments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from pytest_tavus.contract.tool.sent import UNSENT, Doubt
from pytest_tavus.spans import SourceSpan
from pytest_tavus.verdict.call import Call
from pytest_tavus.verdict.checks.call_failure import build_call_failure, is_unhandled
from pytest_tavus.verdict.checks.case import Case, TurnCase
from pytest_tavus.verdict.checks.expected import Expected
from pytest_tavus.verdict.checks.words import describe_request, format_sent_call
from pytest_tavus.verdict.verdict import Finding

_WHY: Final[Mapping[Doubt, tuple[str, str]]] = MappingProxyType(
    {
        "type": (
            "its text stands for values of several types",
            "declare its type in the tool's `parameters`",
        ),
        "split": (
            "the text around its placeholder can be split in several ways",
            "put a character between the placeholders that no value has, such as a slash in a URL",
        ),
        "shift": (
            "another item of its list may have been left out",
            "give it a key of its own in `body_template`, instead of a place in a list",
        ),
        "places": (
            "the places that carry it say different things",
            "compare the request with the tool's definition",
        ),
        "unlike": (
            "the request is not as the tool's definition writes it",
            "compare the request with the tool's definition",
        ),
    }
)
"""The reason why an argument cannot be read, and the advice."""


def build_unclear_finding(
    call: Call, doubts: Sequence[tuple[str, Doubt]], case: Case, *, at: SourceSpan, asked: str
) -> Finding:
    """Report ambiguous arguments that an expectation or a `never` names."""
    (name, doubt), *others = doubts
    why, hint = _WHY[doubt]
    path = f"arguments.{case.show(name)} of {call.name}"
    more = f", and so can {len(others)} more" if others else ""
    return Finding(
        kind="unclear_arguments",
        message=(f"{path} {asked}, but can be read in several ways as it was sent{more}: {why}"),
        owner="test",
        span=at,
        turn=call.entry.turn,
        seqs=tuple(reversed(call.seqs)),
        closest=format_sent_call(call, case.show),
        detail=describe_request(call, case.show),
        hint=hint,
    )


def check_sent(expected: Expected, call: Call, turn: TurnCase) -> Finding | None:
    """Report expected arguments of a call without a request, whatever the expected status.

    A call that nothing handled has a finding of its own.
    """
    if call.arguments is not UNSENT or not expected.asks_arguments or is_unhandled(call):
        return None
    why = build_call_failure(call, turn.show)
    return Finding(
        kind="unsent_call",
        message=f"{call.name} was expected with arguments, but was never sent: {why.reason}",
        owner=why.owner,
        span=turn.where(expected.expectation.at),
        turn=turn.number,
        seqs=tuple(reversed(call.seqs)),
        closest=format_sent_call(call, turn.show),
        detail=why.detail,
        hint="leave out the arguments if the call is to fail before its request",
    )
