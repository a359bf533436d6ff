"""A mutant: an example with one thing changed, in its file or in an answer of its handler."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import msgspec

from pytest_tavus.wire import HttpResponse
from tests.truth.mutation.examples import Example
from tests.truth.mutation.leaves import Path, put

Change = Callable[[HttpResponse], HttpResponse]


class Mutant(msgspec.Struct, frozen=True, kw_only=True):
    """One mutant."""

    name: str
    file: dict[str, Any]
    request: int | None = None
    "Which tool request of the conversation is answered otherwise, counted from 0."

    change: Change | None = None
    "How its answer is changed."


def in_scenario(example: Example, name: str, path: Path, value: Any) -> Mutant:
    """Return the mutant with another value at a path of the scenario."""
    scenario = put(example.scenario, path, value)
    file = {**copy.deepcopy(example.file), "scenarios": [scenario]}
    return Mutant(name=f"{example.name} / {name}", file=file)


def in_turn(example: Example, number: int, name: str, turn: dict[str, Any]) -> Mutant:
    """Return the mutant with another turn."""
    return in_scenario(example, f"turn {number + 1}: {name}", ("turns", number), turn)


def in_tool(example: Example, tool: str, name: str, path: Path, value: Any) -> Mutant:
    """Return the mutant with another value in the definition of a tool."""
    number = next(
        index for index, one in enumerate(example.pal["tools"]) if str(one["name"]) == tool
    )
    return in_scenario(example, f"{tool}: {name}", ("pal", "tools", number, *path), value)


def in_answer(example: Example, request: int, name: str, change: Change) -> Mutant:
    """Return the mutant whose handler answers a request otherwise."""
    return Mutant(
        name=f"{example.name} / answer {request + 1}: {name}",
        file=example.file,
        request=request,
        change=change,
    )
