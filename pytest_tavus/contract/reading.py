"""From a body to a value of Tavus's, with every problem of shape and of rule found in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

from msgspec import Struct
from pydantic import BaseModel, ValidationError

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.pal.rules import problems, tool_problems
from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.contract.shape import shape_problems
from pytest_tavus.contract.tool.tool import Tool

M = TypeVar("M", bound=BaseModel)


class Reading(Struct, Generic[M], frozen=True, kw_only=True):
    """What came of reading a body."""

    value: M | None
    "`None` where the body does not have the shape."

    problems: tuple[RuleProblem, ...] = ()
    "Every problem, those of shape first. A value with a problem is to be looked at, not used."


def read(model: type[M], body: Any, *, rules: Callable[[M], Iterable[RuleProblem]]) -> Reading[M]:
    """Read a body from JSON data, and hold what has the shape to the rules."""
    try:
        value = model.model_validate(body)
    except ValidationError as error:
        return Reading(value=None, problems=tuple(shape_problems(error, body, model=model)))
    return Reading(value=value, problems=tuple(rules(value)))


def read_pal(body: Any) -> Reading[Pal]:
    """Read a PAL from JSON data.

    Where the shape is wrong somewhere, the tools that are well formed are still held to the rules,
    so that their problems need no second run to be seen.
    """
    reading = read(Pal, body, rules=problems)
    if reading.value is not None:
        return reading
    return Reading(value=None, problems=(*reading.problems, *_of_sound_tools(body)))


def _of_sound_tools(body: Any) -> Iterator[RuleProblem]:
    tools = json_list((json_object(body) or {}).get("tools")) or ()
    for index, written in enumerate(tools):
        try:
            tool = Tool.model_validate(written)
        except ValidationError:
            continue
        yield from tool_problems(tool, ("tools", index))
