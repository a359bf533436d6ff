"""Builds the input of a language model for a PAL: chat messages, and its tools as functions.

The messages are built for each inference from the PAL's knowledge at that moment. An answer that
`on_resolve` keeps from the PAL therefore reaches the model only if the PAL learns it in a later
turn. Tavus's own form of these messages is unknown; this form is the project's own [inferred].
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.json_data import JsonMapping, JsonObject
from pytest_tavus.simulator.pal.brain import Answer, Moment, SpokenLine
from pytest_tavus.trace.events import ToolStatus

_JSON: Final = json.JSONEncoder(ensure_ascii=False)

NOT_KNOWN = "The call has been made. Its result is not known."
"""The result of a call with an unknown outcome, because the APIs refuse a call without a message of
role `tool`."""

FAILED: Mapping[ToolStatus, str] = {
    "error": "The call has failed.",
    "timeout": "The call has failed: there was no answer in time.",
    "unanswered": "The call was not answered.",
}
"""The PAL acknowledges a failure and never quotes it [doc]."""


def functions(pal: Pal) -> list[JsonObject]:
    """Return the tools that the model may call: tools of origin `llm` that run during the call."""
    return [function(tool) for tool in pal.tools if not (tool.is_perception or tool.is_post_call)]


def function(tool: Tool) -> JsonObject:
    """Return a tool in the form of chat endpoints."""
    return {
        "type": "function",
        "function": {
            "name": tool.name,
            "description": tool.description,
            "parameters": tool.parameters or {"type": "object", "properties": {}},
        },
    }


def build_fill_messages(tool: Tool, transcript: Sequence[JsonMapping]) -> list[JsonObject]:
    """Return the request to write the arguments of a post-call tool [inferred]."""
    lines = (f"{row.get('role', '')}: {row.get('content', '')}" for row in transcript)
    task = f"The conversation is over. Call {tool.name} with what it brought up."
    return [
        {"role": "system", "content": task},
        {"role": "user", "content": "\n".join(lines)},
    ]


def messages(pal: Pal, moment: Moment) -> list[JsonObject]:
    """Return the conversation so far, with the outcomes that the PAL knows."""
    known = {answer.call_id: answer for answer in (*moment.earlier_answers, *moment.answers)}
    instructions = _instructions(pal, moment.context)
    result: list[JsonObject] = [{"role": "system", "content": instructions}] if instructions else []
    for line in _join_lines(moment.said):
        result.append(_build_message(line))
        for call in line.calls:
            content = _content(known.get(call.call_id, call), pal)
            result.append({"role": "tool", "tool_call_id": call.call_id, "content": content})
    return result


def _instructions(pal: Pal, context: str) -> str:
    """Return the prompt, the context, the objectives and the guardrails as one text."""
    data = () if pal.objectives is None else pal.objectives.data
    objectives = [f"- {each.objective_name}: {each.objective_prompt}" for each in data]
    guardrails = [f"- {each.guardrail_name}: {each.guardrail_prompt}" for each in pal.guardrails]
    parts = (
        pal.system_prompt,
        context,
        "\n".join(["Objectives:", *objectives]) if objectives else None,
        "\n".join(["Guardrails:", *guardrails]) if guardrails else None,
    )
    return "\n\n".join(part for part in parts if part)


def _join_lines(said: Sequence[SpokenLine]) -> Iterator[SpokenLine]:
    """Join consecutive lines of one speaker, because many models require alternating turns.

    Words before a call stay apart from words after the call.
    """
    joined: SpokenLine | None = None
    for line in said:
        if joined is not None and joined.by == line.by and not joined.calls:
            text = "\n".join(part for part in (joined.text, line.text) if part)
            joined = SpokenLine(by=line.by, text=text, calls=line.calls)
            continue
        if joined is not None:
            yield joined
        joined = line
    if joined is not None:
        yield joined


def _build_message(line: SpokenLine) -> JsonObject:
    role = "user" if line.by == "user" else "assistant"
    if not line.calls:
        return {"role": role, "content": line.text}
    return {
        "role": role,
        "content": line.text or None,
        "tool_calls": [_build_tool_call(call) for call in line.calls],
    }


def _build_tool_call(call: Answer) -> JsonObject:
    """Return a call in the form of chat endpoints.

    Arguments that were no JSON object are left out, because chat templates parse them as JSON and
    fail.
    """
    arguments = _JSON.encode(call.arguments)
    function = {"name": call.tool, "arguments": arguments}
    return {"id": call.call_id, "type": "function", "function": function}


def _content(answer: Answer, pal: Pal) -> str:
    if pal.tool(answer.tool) is None:
        return f"There is no tool named {answer.tool!r}."
    if answer.status is None or not answer.known:
        return NOT_KNOWN
    return answer.output if answer.status == "success" else FAILED[answer.status]
