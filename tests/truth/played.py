"""Scenarios of which a handler can fail nothing: the script plays all that is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.truth.cell import Defect, Draft, Ground
from tests.truth.writing import call, turn

PLAYED: Mapping[str, Mapping[str, Any]] = {
    "never": {"never": ["find"]},
    "never with arguments": {"never": [{"find": {"q": "sk"}}]},
    "says": {"says": "Hello"},
    "says not": {"says": {"not": "Goodbye"}},
    "says equals": {"says": {"equals": "Hello there."}},
    "calls none": {"calls": "none"},
    "quiet": {"quiet": "5s"},
    "within": {"within": "5s"},
    "absent event": {"events": [{"absent": "conversation.tool_call"}]},
    "event": {"events": [{"conversation.utterance": {"speech": "Hello there."}}]},
}
"""What may be asked of a turn without a call."""


def played_only(on: Ground) -> Iterator[Draft]:
    """It is skipped before it is played; beside a call that a handler takes, it runs."""
    for name, asked in PLAYED.items():
        line = turn(plays="Hello there.", **asked)
        yield Draft(name=name, colour="skipped", turns=[line])
    yield Draft(
        name="at most once",
        colour="skipped",
        turns=[
            turn(
                call("find", {}, times={"min": 0, "max": 1}),
                plays={"calls": "none", "says": "Hello there."},
            )
        ],
    )
    yield Draft(
        name="judge of a tool",
        colour="skipped",
        turns=[turn(plays="Hello there.")],
        setting={"judge": {"tools": {"find": "not_invoked"}}},
    )
    every = {**PLAYED["says not"], **PLAYED["quiet"], **PLAYED["within"]}
    line = turn(plays="Hello there.", **every)
    yield Draft(name="nothing", colour="refused", turns=[{"user": "Hello.", "plays": "Hello."}])
    yield Draft(name="all at once", colour="skipped", turns=[line])
    yield Draft(name="all after a call", colour="passed", turns=[turn(call("find")), line])


def played_beside(on: Ground) -> Iterator[Draft]:
    """The same beside a call: the answer of the handler decides, and it can be wrong."""
    first = turn(call("find", {"q": on.wanted}, result={"left": 1}))
    for name, asked in PLAYED.items():
        if name in {"never", "calls none"}:
            continue
        line = turn(plays="Hello there.", **asked)
        for left in (1, 2):
            yield Draft(
                name=f"{name} and {left} left",
                colour="passed" if left == 1 else "failed",
                turns=[first, line],
                answers={"find": {"body": {"left": left}}},
            )


def nothing_asked(on: Ground) -> Iterator[Draft]:
    """A call is made and nothing is asked of it: neither its answer nor its arguments."""
    loose: Mapping[str, Any] = {
        "plays": {"calls": [{"find": {"q": on.wanted}}], "says": "Done."},
        "extra": "allowed",
        "unchecked": ["on_call", "on_resolve", "argument_schema"],
    }
    asked = turn(call("find", {"q": on.wanted}), **loose)
    yield Draft(name="something", colour="passed", turns=[asked])
    yield Draft(
        name="something wrong", colour="failed", turns=[asked], answers={"find": {"crash": "gone"}}
    )


DEFECTS = (
    Defect(name="played only", drafts=played_only, surfaces=("yaml",)),
    Defect(name="played beside", drafts=played_beside),
    Defect(name="nothing asked", drafts=nothing_asked),
)
