"""Tool results of a client, and their outcomes in the trace."""

from __future__ import annotations

from typing import Any

from pytest_tavus.simulator.rooms.conversation import ServedConversation
from pytest_tavus.trace.events import AppMessage, ToolResolved
from tests.simulator.rooms.room import RecordingParticipant


async def send_result(participant: RecordingParticipant, call_id: str, **fields: Any) -> None:
    """Send the result of a call; the default output is a table."""
    await participant.send(
        "tool_result", tool_call_id=call_id, **{"output": '{"table": "T4"}', **fields}
    )


def list_notes(conversation: ServedConversation) -> list[str | None]:
    """Return why results changed nothing, in order."""
    return [
        event.note
        for _, event in conversation.trace().of(AppMessage)
        if event.event_type == "conversation.tool_result"
    ]


def list_statuses(conversation: ServedConversation) -> list[str]:
    return [event.status for _, event in conversation.trace().of(ToolResolved)]
