"""Mutants of the scenario: what is played, and what is expected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.truth.mutation.examples import Example
from tests.truth.mutation.leaves import GONE, Path, dotted, is_matcher, leaves, others, put
from tests.truth.mutation.mutant import Mutant, in_scenario, in_turn
from tests.truth.mutation.turns import Data, expected, named, played, playing, rewritten

STATUSES: dict[Any, tuple[Any, ...]] = {
    None: (404, "error", "timeout", "unanswered"),
    "error": (None, "timeout", "unanswered"),
    "timeout": (None, "error", 200),
    "unanswered": (None, "error"),
}
JUDGED = {
    "pass": "fail",
    "partial": "pass",
    "fail": "pass",
    "satisfied": "unsatisfied",
    "unsatisfied": "satisfied",
    "held": "broken",
    "broken": "held",
    "invoked": "not_invoked",
    "not_invoked": "invoked",
}


def of_scripts(example: Example) -> Iterator[Mutant]:
    """Yield the mutants in which the PAL calls otherwise, or another conversation is expected."""
    for number, turn in enumerate(example.scenario["turns"]):
        yield from _played(example, number, turn)
        yield from _called(example, number, turn)
        yield from _heard(example, number, turn)
    yield from _judged(example)


def _played(example: Example, number: int, turn: Data) -> Iterator[Mutant]:
    calls = played(turn)
    if calls is None:
        return
    for index, call in enumerate(calls):
        for path, value in leaves(call["arguments"]):
            for how, other in others(value):
                changed: Data = {**call, "arguments": put(call["arguments"], path, other)}
                made = [*calls[:index], changed, *calls[index + 1 :]]
                if not path:
                    continue
                name = f"call {index + 1} {dotted(path)} {how}"
                yield in_turn(example, number, name, playing(turn, made))
        gone = [*calls[:index], *calls[index + 1 :]]
        again = [*calls[: index + 1], call, *calls[index + 1 :]]
        silent = {**turn, "plays": {"says": "Done."}}  # no word of it may need the missing answer
        yield in_turn(example, number, f"call {index + 1} missing", playing(silent, gone))
        yield in_turn(example, number, f"call {index + 1} repeated", playing(turn, again))
    if len(calls) > 1 and calls[0] != calls[-1]:
        yield in_turn(example, number, "calls reversed", playing(turn, calls[::-1]))


def _called(example: Example, number: int, turn: Data) -> Iterator[Mutant]:
    for place, (path, call) in enumerate(expected(turn), 1):
        name = f"expected call {place}"
        yield from _arguments(example, number, name, turn, path, call)
        for inner, value in leaves(call.get("result", {})):
            for how, other in others(value):
                if other is not GONE and "result" in call:
                    result = put(call["result"], inner, other)
                    changed = put(turn, path, rewritten(call, result=result))
                    yield in_turn(example, number, f"{name} result {dotted(inner)} {how}", changed)
        status = _row_value(example, call.get("status"))
        for other in STATUSES.get(status, (200, "error", None, "timeout")):
            changed = rewritten(call, status=other)
            if other is None:
                del changed["status"]
            if other != status:
                yield in_turn(example, number, f"{name} status {other}", put(turn, path, changed))
        times = call.get("times", 1)
        if isinstance(times, int):
            more = put(turn, path, rewritten(call, times=times + 1))
            made = played(turn)
            if made is not None:
                yield in_turn(example, number, f"{name} once_more", playing(more, made))
        yield in_turn(example, number, f"{name} forbidden", {**turn, "never": [named(call)[0]]})


def _arguments(
    example: Example, number: int, name: str, turn: Data, path: Path, call: Data
) -> Iterator[Mutant]:
    """Expect other arguments than those that are played."""
    made = played(turn)
    if made is None:
        return
    arguments = named(call)[1]
    for inner, value in leaves(arguments):
        for how, other in others(value):
            if other is not GONE and inner:  # with less to hold, nothing is wrong
                changed = rewritten(call, arguments=put(arguments, inner, other))
                mutant = playing(put(turn, path, changed), made)
                yield in_turn(example, number, f"{name} {dotted(inner)} {how}", mutant)


def _heard(example: Example, number: int, turn: Data) -> Iterator[Mutant]:
    for path, value in leaves(turn.get("says", {})):
        if value == {}:
            continue
        name = f"turn {number + 1}: says {dotted(path)}"
        at = ("turns", number, "says", *path)
        if isinstance(value, str) and "not" not in path:
            for how, other in others(value):
                if isinstance(other, str):
                    yield in_scenario(example, f"{name} {how}", at, other)
            denied = {**turn, "says": {"not": value if "matches" not in path else {"$re": value}}}
            yield in_turn(example, number, f"says {dotted(path)} denied", denied)
        elif is_matcher(value):
            yield in_scenario(example, f"{name} another", at, {"$re": "^zzz$"})
    for index, event in enumerate(turn.get("events", [])):
        at = ("turns", number, "events", index)
        if "absent" in event:
            name = f"turn {number + 1}: event {index + 1} expected"
            yield in_scenario(example, name, at, event["absent"])
            continue
        for path, value in leaves(event):
            for how, other in others(value):
                if other is not GONE and path[1:]:
                    name = f"turn {number + 1}: event {index + 1} {dotted(path)} {how}"
                    yield in_scenario(example, name, (*at, *path), other)
        absent = {"absent": next(iter(event))}
        yield in_scenario(example, f"turn {number + 1}: event {index + 1} absent", at, absent)


def _judged(example: Example) -> Iterator[Mutant]:
    for path, value in leaves(example.scenario.get("judge", {})):
        if isinstance(value, str) and value in JUDGED and "rules" not in path:
            name = f"judge {dotted(path)} {JUDGED[value]}"
            yield in_scenario(example, name, ("judge", *path), JUDGED[value])


def _row_value(example: Example, status: Any) -> Any:
    """Return a status, taken from the row where the scenario reads it there."""
    if isinstance(status, str) and status.startswith("{row."):
        return example.scenario["parametrize"][0][status[5:-1]]
    return status
