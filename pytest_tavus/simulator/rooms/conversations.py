"""All conversations of a server, by their ids."""

from __future__ import annotations

import asyncio

from pytest_tavus.errors import HarnessError
from pytest_tavus.simulator.rooms.conversation import ServedConversation
from pytest_tavus.simulator.rooms.opening import EndReason, Opening
from pytest_tavus.simulator.rooms.world import LiveContext


class Conversations:
    """Opens, finds and ends conversations, all on one event loop.

    Implements :class:`~pytest_tavus.simulator.rooms.port.LiveConversations`.
    """

    def __init__(self, live_context: LiveContext) -> None:
        self._live_context = live_context
        self._conversations: dict[str, ServedConversation] = {}
        self._active: list[ServedConversation] = []

    async def open(self, opening: Opening) -> ServedConversation:
        """Open a conversation and start its timers.

        Raises:
            HarnessError: a conversation has this id already.

        """
        if opening.conversation_id in self._conversations:
            message = f"a conversation {opening.conversation_id!r} was opened before"
            raise HarnessError(message)
        conversation = ServedConversation(opening, self._live_context)
        self._conversations[opening.conversation_id] = conversation
        self._active.append(conversation)
        await conversation.begin()
        return conversation

    def get(self, conversation_id: str) -> ServedConversation | None:
        return self._conversations.get(conversation_id)

    def count_active(self) -> int:
        self._active = [each for each in self._active if each.status == "active"]
        return len(self._active)

    async def end(self, conversation_id: str, reason: EndReason) -> None:
        conversation = self._conversations.get(conversation_id)
        if conversation is not None:
            await conversation.end(reason)

    async def close(self) -> None:
        conversations, self._conversations, self._active = self._conversations, {}, []
        await asyncio.gather(*(each.close() for each in conversations.values()))
