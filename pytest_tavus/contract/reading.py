"""From a body to a PAL, with every problem of shape and of rule found in one pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.contract.pal import Pal
from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.contract.rules import problems, tool_problems
from pytest_tavus.contract.shape import shape_problems
from pytest_tavus.contract.tool import Tool


@dataclass(frozen=True, slots=True, kw_only=True)
class PalReading:
    """What came of reading a body."""

    pal: Pal | None
    "`None` where the body does not have the shape of a PAL."

    problems: tuple[RuleProblem, ...] = ()
    "Every problem, those of shape first. A PAL with a problem is there to be looked at, not used."


def read_pal(body: Any) -> PalReading:
    """Read a PAL from JSON data.

    Where the shape is wrong somewhere, the tools that are well formed are still held to the rules,
    so that their problems need no second run to be seen.
    """
    try:
        pal = Pal.model_validate(body)
    except ValidationError as error:
        shape = tuple(shape_problems(error, body, model=Pal))
        return PalReading(pal=None, problems=(*shape, *_of_sound_tools(body)))
    return PalReading(pal=pal, problems=tuple(problems(pal)))


def _of_sound_tools(body: Any) -> Iterator[RuleProblem]:
    tools = json_list((json_object(body) or {}).get("tools")) or ()
    for index, written in enumerate(tools):
        try:
            tool = Tool.model_validate(written)
        except ValidationError:
            continue
        yield from tool_problems(tool, ("tools", index))
