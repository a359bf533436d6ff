"""The rules for one tool beyond the shape of its body."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pytest_tavus.contract.limits import TOOL_NAME, TOOL_SIZE, TOOLS_PER_PAL
from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.contract.schema.rules import json_length, schema_problems
from pytest_tavus.contract.tool.api_rules import delivery_problems
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.spans import Loc


def tool_problems(tool: Tool, at: Loc = ()) -> Iterator[RuleProblem]:
    """Yield the problems of one tool; `at` is the tool's path in a larger body."""
    for problem in _problems(tool):
        yield problem.under(at)


def attachment_problems(
    tool_ids: Sequence[str], *, beside: Sequence[Tool] = ()
) -> Iterator[RuleProblem]:
    """Yield a problem if a PAL has more than 50 tools [doc], and for each empty id.

    `beside` are the tools in the PAL's own body. A tool in both lists counts once.
    """
    count = len(beside) + len(set(tool_ids) - {tool.tool_id for tool in beside})
    if count > TOOLS_PER_PAL:
        yield RuleProblem(
            loc=("tools",) if beside else ("tool_ids",),
            message=f"a PAL can have at most {TOOLS_PER_PAL} tools, found {count}",
            rule="tool_count",
        )
    for index, tool_id in enumerate(tool_ids):
        if not tool_id:
            message = "a tool id must not be empty"
            yield RuleProblem(loc=("tool_ids", index), message=message, rule="tool_id")


def _problems(tool: Tool) -> Iterator[RuleProblem]:
    yield from _text_problems(tool)
    yield from schema_problems(tool.parameters)
    yield from delivery_problems(tool)
    if tool.is_post_call:
        yield from _post_call_problems(tool)
    elif tool.is_perception:
        yield from _perception_problems(tool)
    else:
        yield from _filler_problems(tool)


def _text_problems(tool: Tool) -> Iterator[RuleProblem]:
    # The name pattern, the description and the size are [doc] and [client].
    if re.fullmatch(TOOL_NAME, tool.name) is None:
        yield RuleProblem(
            loc=("name",),
            message=f"{tool.name!r} cannot be the name of a tool: expected letters, digits and _, "
            "not beginning with a digit, at most 64 characters",
            rule="tool_name",
        )
    if not tool.description:
        yield RuleProblem(
            loc=("description",),
            message="the description is empty: expected what the tool is for and when to call it",
            rule="tool_description",
        )
    size = len(tool.description) + (json_length(tool.parameters) or 0)
    if size > TOOL_SIZE:
        yield RuleProblem(
            loc=("parameters",) if tool.parameters else ("description",),
            message=f"description and parameters are {size} characters together, "
            f"expected at most {TOOL_SIZE}",
            rule="tool_size",
        )


def _filler_problems(tool: Tool) -> Iterator[RuleProblem]:
    # `on_call: static_filler` needs the text of `static_filler`: [doc] and [client].
    if tool.effective_on_call == "static_filler" and not (tool.static_filler or "").strip():
        yield RuleProblem(
            loc=("static_filler",),
            message="static_filler is missing: expected the text to be said, "
            "because on_call is 'static_filler'",
            rule="static_filler_missing",
        )


def _perception_problems(tool: Tool) -> Iterator[RuleProblem]:
    # The PAL goes on talking while such a tool runs [doc], so fillers and reactions do not apply.
    for name in ("on_call", "static_filler"):
        if getattr(tool, name) is not None:
            yield RuleProblem(
                loc=(name,),
                message=f"{name} must be absent when origin is {tool.origin!r}",
                hint="nothing is heard while a vision or audio tool runs",
                rule="perception_filler",
            )
    if tool.effective_on_resolve != "fire_and_forget":
        yield RuleProblem(
            loc=("on_resolve",),
            message=f"on_resolve must be absent or 'fire_and_forget' when origin is "
            f"{tool.origin!r}, found {tool.on_resolve!r}",
            rule="perception_on_resolve",
        )


def _post_call_problems(tool: Tool) -> Iterator[RuleProblem]:
    # A post-call tool runs after the conversation, when no client is connected [doc].
    if "origin" in tool.written:
        yield RuleProblem(
            loc=("origin",),
            message="origin must be absent when trigger_type is 'post_call'",
            rule="post_call_origin",
        )
    if tool.delivery.app_message:
        yield RuleProblem(
            loc=("delivery",),
            message="delivery must be api when trigger_type is 'post_call', found app_message",
            rule="post_call_delivery",
        )
