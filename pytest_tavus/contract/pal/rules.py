"""All rules for a PAL beyond the shape of its body, in one pass.

A definition that Tavus would refuse, or that no client could send, has a problem. `lints` warns
of risks, and of fields that only the creation of a PAL requires.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pytest_tavus.contract.body import json_object
from pytest_tavus.contract.pal.layer_rules import PERCEPTION_OFF, layer_problems, perception_model
from pytest_tavus.contract.pal.objective_rules import guardrail_problems, objective_problems
from pytest_tavus.contract.pal.pal import Pal, PalBody
from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.contract.tool.auth import SECRET_MASK
from pytest_tavus.contract.tool.rules import attachment_problems, tool_problems

__all__ = ["RuleProblem", "problems", "tool_problems"]


def problems(pal: Pal) -> Iterator[RuleProblem]:
    """Yield every broken rule of a PAL, each with its path in the PAL's body."""
    yield from layer_problems(pal.layers)
    for index, tool in enumerate(pal.tools):
        yield from tool_problems(tool, ("tools", index))
    yield from _tool_name_problems(pal)
    yield from attachment_problems(pal.tool_ids, beside=pal.tools)
    yield from _perception_problems(pal)
    if pal.objectives is not None:
        yield from objective_problems(pal.objectives, ("objectives",))
    yield from guardrail_problems(pal.guardrails, ("guardrails",))


def _tool_name_problems(pal: Pal) -> Iterator[RuleProblem]:
    # Tool names are unique in an account [doc].
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


def _perception_problems(pal: Pal) -> Iterator[RuleProblem]:
    # Vision and audio tools need Raven [client], so no call can happen while perception is off.
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


def pal_body_problems(pal: PalBody) -> Iterator[RuleProblem]:
    """Yield the problems of an existing PAL; a draft may still lack its prompt."""
    yield from layer_problems(pal.layers)
    yield from _api_key_problems(pal.layers)
    yield from _mode_problems(pal)
    yield from attachment_problems(pal.tool_ids)


def new_pal_problems(pal: PalBody) -> Iterator[RuleProblem]:
    """Yield the problems of a PAL in a request to create it [client]."""
    if pal.pipeline_mode == "full" and not pal.system_prompt:
        yield RuleProblem(
            loc=("system_prompt",),
            message="system_prompt is missing: expected it because pipeline_mode is 'full'",
            rule="system_prompt_missing",
        )
    yield from pal_body_problems(pal)


def _mode_problems(pal: PalBody) -> Iterator[RuleProblem]:
    # Only the full pipeline has a language model that reads a prompt [client].
    if pal.pipeline_mode == "full":
        return
    for name in ("system_prompt", "context"):
        if getattr(pal, name):
            yield RuleProblem(
                loc=(name,),
                message=f"{name} must be absent when pipeline_mode is {pal.pipeline_mode!r}",
                rule="mode_prompt",
            )


def _api_key_problems(layers: Mapping[str, object]) -> Iterator[RuleProblem]:
    # Tavus shows the mask in place of a key; a mask that comes back is no key [inferred].
    for name, layer in layers.items():
        if (json_object(layer) or {}).get("api_key") == SECRET_MASK:
            yield RuleProblem(
                loc=("layers", name, "api_key"),
                message=f"api_key must be the value itself, found {SECRET_MASK}, "
                "which stands for a hidden secret",
                hint="leave it out to keep the one there is",
                rule="secret_masked",
            )
