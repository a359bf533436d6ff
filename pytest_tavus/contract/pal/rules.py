"""Everything that must hold for a PAL beyond the shape of its body, in one pass.

What Tavus would refuse, or what no client could send, is a problem. What is only risky, or only
missing from a PAL that is not meant to be created, is in `lints`.
"""

from __future__ import annotations

from collections.abc import Iterator

from pytest_tavus.contract.pal.layer_rules import PERCEPTION_OFF, layer_problems, perception_model
from pytest_tavus.contract.pal.objective_rules import guardrail_problems, objective_problems
from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.contract.tool.rules import attached_problems, tool_problems

__all__ = ["RuleProblem", "problems", "tool_problems"]


def problems(pal: Pal) -> Iterator[RuleProblem]:
    """Yield every broken rule of a PAL with its path in the PAL's body, never just the first."""
    yield from layer_problems(pal.layers)
    for index, tool in enumerate(pal.tools):
        yield from tool_problems(tool, ("tools", index))
    yield from _duplicate_names(pal)
    yield from attached_problems(pal.tool_ids, beside=pal.tools)
    yield from _blind_tools(pal)
    if pal.objectives is not None:
        yield from objective_problems(pal.objectives, ("objectives",))
    yield from guardrail_problems(pal.guardrails, ("guardrails",))


def _duplicate_names(pal: Pal) -> Iterator[RuleProblem]:
    """Refuse a name that two tools share: names are unique in an account [doc]."""
    names = [tool.name for tool in pal.tools]
    for index, name in enumerate(names):
        first = names.index(name)
        if first != index:
            yield RuleProblem(
                loc=("tools", index, "name"),
                message=f"the tool name {name!r} is already that of tools[{first}]: "
                "names must be unique",
                rule="tool_unique",
            )


def _blind_tools(pal: Pal) -> Iterator[RuleProblem]:
    """Refuse vision and audio tools where perception is off: they need Raven [client]."""
    if perception_model(pal.layers) != PERCEPTION_OFF:
        return
    for index, tool in enumerate(pal.tools):
        if tool.is_perception and not tool.is_post_call:
            yield RuleProblem(
                loc=("tools", index, "origin"),
                message=f"a tool with origin {tool.origin!r} can never be called: "
                "layers.perception.perception_model is 'off'",
                hint="set perception_model: raven-1",
                rule="perception_off",
            )
