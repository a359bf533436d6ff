"""Results that a client sends, and what became of them."""

from __future__ import annotations

from typing import Any

from pytest_tavus.simulator.rooms.conversation import ServedConversation
from pytest_tavus.trace.events import AppMessage, ToolResolved
from tests.simulator.rooms.room import Guest


async def answer(guest: Guest, call_id: str, **fields: Any) -> None:
    """Send a result of a call; without an `output`, that of a table."""
    await guest.send("tool_result", tool_call_id=call_id, **{"output": '{"table": "T4"}', **fields})


def strays(conversation: ServedConversation) -> list[str | None]:
    """Why results stand apart, in order."""
    return [
        event.note
        for _, event in conversation.trace().of(AppMessage)
        if event.event_type == "conversation.tool_result"
    ]


def outcomes(conversation: ServedConversation) -> list[str]:
    return [event.status for _, event in conversation.trace().of(ToolResolved)]
