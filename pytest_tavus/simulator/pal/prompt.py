"""What a language model is given to decide for a PAL: chat messages, and its tools as functions.

Both are made anew for each inference from what the PAL knows at that moment, so an answer that
`on_resolve` keeps from the PAL never reaches the model, and one that becomes known in a later turn
does. How Tavus itself writes these messages is not known; their form is ours [inferred].
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.simulator.pal.brain import Answer, Moment, SpokenLine
from pytest_tavus.trace.events import ToolStatus

_JSON: Final = json.JSONEncoder(ensure_ascii=False)

NOT_KNOWN = "The call has been made. Its result is not known."
"""What the model reads of a call that the PAL is not told about, or not yet. A call without any
message of its role `tool` is refused by the APIs."""

FAILED: Mapping[ToolStatus, str] = {
    "error": "The call has failed.",
    "timeout": "The call has failed: there was no answer in time.",
    "unanswered": "The call was not answered.",
}
"""A failure is acknowledged and never quoted [doc]."""


def functions(pal: Pal) -> list[dict[str, Any]]:
    """Return the tools that the PAL's model may call: those of origin `llm`, during the call."""
    return [function(tool) for tool in pal.tools if not (tool.is_perception or tool.is_post_call)]


def function(tool: Tool) -> dict[str, Any]:
    """Return a tool as chat endpoints know it."""
    return {
        "type": "function",
        "function": {
            "name": tool.name,
            "description": tool.description,
            "parameters": tool.parameters or {"type": "object", "properties": {}},
        },
    }


def build_fill_messages(
    tool: Tool, transcript: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return what a model is asked that is to write a post-call tool's arguments [inferred]."""
    lines = (f"{row.get('role', '')}: {row.get('content', '')}" for row in transcript)
    task = f"The conversation is over. Call {tool.name} with what it brought up."
    return [
        {"role": "system", "content": task},
        {"role": "user", "content": "\n".join(lines)},
    ]


def messages(pal: Pal, moment: Moment) -> list[dict[str, Any]]:
    """Return the conversation so far, as the PAL knows it."""
    known = {answer.call_id: answer for answer in (*moment.earlier_answers, *moment.answers)}
    told = [{"role": "system", "content": text} for text in _instructions(pal, moment.context)]
    for line in _join_lines(moment.said):
        told.append(_build_message(line))
        told += [_build_tool_message(known.get(call.call_id, call), pal) for call in line.calls]
    return told


def _instructions(pal: Pal, context: str) -> Iterator[str]:
    """Yield one text: the prompt, the context as it stands, what is to be reached and to hold."""
    objectives = () if pal.objectives is None else pal.objectives.data
    reach = [f"- {one.objective_name}: {one.objective_prompt}" for one in objectives]
    hold = [f"- {one.guardrail_name}: {one.guardrail_prompt}" for one in pal.guardrails]
    parts = (
        pal.system_prompt,
        context,
        "\n".join(["Objectives:", *reach]) if reach else None,
        "\n".join(["Guardrails:", *hold]) if hold else None,
    )
    if text := "\n\n".join(part for part in parts if part):
        yield text


def _join_lines(said: Sequence[SpokenLine]) -> Iterator[SpokenLine]:
    """Yield the lines, those of one speaker in a row as one: many models want turns to alternate.

    Words before a call stay apart from words after it.
    """
    held: SpokenLine | None = None
    for line in said:
        if held is not None and held.by == line.by and not held.calls:
            text = "\n".join(part for part in (held.text, line.text) if part)
            held = SpokenLine(by=line.by, text=text, calls=line.calls)
            continue
        if held is not None:
            yield held
        held = line
    if held is not None:
        yield held


def _build_message(line: SpokenLine) -> dict[str, Any]:
    role = "user" if line.by == "user" else "assistant"
    if not line.calls:
        return {"role": role, "content": line.text}
    return {
        "role": role,
        "content": line.text or None,
        "tool_calls": [_build_tool_call(call) for call in line.calls],
    }


def _build_tool_call(call: Answer) -> dict[str, Any]:
    """Return a call as the model made it. Arguments that were no JSON object are left out.

    Chat templates read them as JSON, and fail where they are none.
    """
    arguments = _JSON.encode(call.arguments)
    function = {"name": call.tool, "arguments": arguments}
    return {"id": call.call_id, "type": "function", "function": function}


def _build_tool_message(answer: Answer, pal: Pal) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": answer.call_id, "content": _content(answer, pal)}


def _content(answer: Answer, pal: Pal) -> str:
    if pal.tool(answer.tool) is None:
        return f"There is no tool named {answer.tool!r}."
    if answer.status is None or not answer.known:
        return NOT_KNOWN
    return answer.output if answer.status == "success" else FAILED[answer.status]
