"""Calls of vision and audio tools; a client of the control plane causes them, and no model.

The PAL neither pauses nor reacts [doc], so the engine has no part in these calls.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.json_data import JsonMapping, JsonObject
from pytest_tavus.simulator.rooms.assembly import Assembly, refuse_unknown
from pytest_tavus.trace.events import AppMessage, ToolCalled


def perceive(
    assembly: Assembly, name: str, arguments: JsonMapping, *, frames: Sequence[JsonMapping]
) -> None:
    """Call a perception tool over its own channel.

    Raises:
        ServiceError: the PAL has no such tool.

    """
    tool = assembly.opening.pal.tool(name)
    if tool is None or not tool.is_perception:
        known = [tool.name for tool in assembly.opening.pal.tools if tool.is_perception]
        refuse_unknown("vision or audio tool", name, known)
    if tool.channel == "app_message":
        event = AppMessage(
            direction="from_tavus",
            event_type="conversation.perception_tool_call",
            properties=_properties(tool, arguments, frames),
        )
        assembly.recorder.record(event)
        return
    call = ToolCalled(
        call_id=assembly.ids.call(),
        name=tool.name,
        arguments=json.dumps(dict(arguments), ensure_ascii=False),
        channel="api",
    )
    turn = assembly.recorder.record(call).turn
    assembly.tasks.spawn(assembly.dispatcher.dispatch(tool, call, turn=turn))


def _properties(tool: Tool, arguments: JsonMapping, frames: Sequence[JsonMapping]) -> JsonObject:
    """Return the message's properties: arguments are an object for vision, text for audio [doc]."""
    if tool.origin == "audio":
        text = json.dumps(dict(arguments), ensure_ascii=False)
        return {"name": tool.name, "modality": "audio", "arguments": text}
    return {
        "name": tool.name,
        "modality": "vision",
        "arguments": dict(arguments),
        "frames": [dict(frame) for frame in frames],
    }
