"""Calls of vision and audio tools, which something seen or heard brings about and no model.

The PAL neither pauses nor reacts [doc], so the engine has no part in them. What is seen or heard is
said from outside, by whoever holds the control plane.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.simulator.rooms.assembly import Assembly, refuse_unknown
from pytest_tavus.trace.events import AppMessage, ToolCalled


def perceive(
    parts: Assembly, name: str, arguments: Mapping[str, Any], *, frames: Sequence[Mapping[str, Any]]
) -> None:
    """Call a perception tool by its own channel.

    Raises:
        ServiceError: the PAL has no such tool.

    """
    tool = parts.opening.pal.tool(name)
    if tool is None or not tool.is_perception:
        known = [tool.name for tool in parts.opening.pal.tools if tool.is_perception]
        refuse_unknown("vision or audio tool", name, known)
    if tool.channel == "app_message":
        event = AppMessage(
            direction="from_tavus",
            event_type="conversation.perception_tool_call",
            properties=_properties(tool, arguments, frames),
        )
        parts.recorder.record(event)
        return
    call = ToolCalled(
        call_id=parts.ids.call(),
        name=tool.name,
        arguments=json.dumps(dict(arguments), ensure_ascii=False),
        channel="api",
    )
    turn = parts.recorder.record(call).turn
    parts.tasks.spawn(parts.dispatcher.dispatch(tool, call, turn=turn))


def _properties(
    tool: Tool, arguments: Mapping[str, Any], frames: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the message's properties: arguments are an object for vision, text for audio [doc]."""
    if tool.origin == "audio":
        written = json.dumps(dict(arguments), ensure_ascii=False)
        return {"name": tool.name, "modality": "audio", "arguments": written}
    return {
        "name": tool.name,
        "modality": "vision",
        "arguments": dict(arguments),
        "frames": [dict(frame) for frame in frames],
    }
