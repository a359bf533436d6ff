"""All conversations of a server. None of them knows of another."""

from __future__ import annotations

import asyncio

from pytest_tavus.errors import HarnessError
from pytest_tavus.simulator.rooms.conversation import ServedConversation
from pytest_tavus.simulator.rooms.opening import EndReason, Opening
from pytest_tavus.simulator.rooms.options import LiveOptions
from pytest_tavus.simulator.rooms.world import BrainOptions, LiveContext, LiveTime, LiveWire


class Conversations:
    """Opens, finds and ends conversations. On one event loop."""

    def __init__(
        self,
        *,
        seed: int,
        time: LiveTime,
        minds: BrainOptions,
        wire: LiveWire,
        options: LiveOptions,
    ) -> None:
        self._live_context = LiveContext(
            seed=seed, time=time, brain_options=minds, wire=wire, options=options
        )
        self._conversations: dict[str, ServedConversation] = {}
        self._active: list[ServedConversation] = []

    async def open(self, opening: Opening) -> ServedConversation:
        """Begin a conversation.

        Raises:
            HarnessError: there is one of that id.

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
        """Return a conversation, ended or not."""
        return self._conversations.get(conversation_id)

    def count_active(self) -> int:
        """Return how many have not ended."""
        self._active = [each for each in self._active if each.status == "active"]
        return len(self._active)

    async def end(self, conversation_id: str, reason: EndReason) -> None:
        """End a conversation. Ending one that has ended, or never was, does nothing."""
        conversation = self._conversations.get(conversation_id)
        if conversation is not None:
            await conversation.end(reason)

    async def close(self) -> None:
        """End everything without a word, and forget it."""
        held, self._conversations, self._active = self._conversations, {}, []
        await asyncio.gather(*(each.close() for each in held.values()))
