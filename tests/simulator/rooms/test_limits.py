"""How long a conversation may last."""

from __future__ import annotations

import pytest

from pytest_tavus.simulator.rooms.opening import Timers
from pytest_tavus.simulator.rooms.options import LiveOptions
from tests.simulator.rooms.room import (
    CALLBACK_URL,
    HELLO_SCRIPT,
    SHORT_TIMERS,
    RecordingParticipant,
    RoomServer,
    run_pending_tasks,
    serve_rooms,
)

pytestmark = pytest.mark.asyncio


class TestLimits:
    """When a conversation ends by itself."""

    async def ended(
        self, server: RoomServer, *, after: float, just_before: bool = True
    ) -> str | None:
        """Return why it has ended after so many seconds; it had not, a moment before."""
        if just_before:
            await server.clock.advance(after - 0.5)
            assert server.opened().status == "active"
        await server.clock.advance(0.5)
        return server.opened().shutdown_reason

    @pytest.mark.fidelity("live.timers")
    async def test_a_conversation_that_nobody_joins_ends(self) -> None:
        async with serve_rooms() as server:
            await server.open(timers=SHORT_TIMERS)
            assert await self.ended(server, after=60) == "participant_absent_timeout"

    async def test_a_conversation_that_everybody_left_ends(self) -> None:
        async with serve_rooms() as server:
            conversation, participant = await server.open_and_join(timers=SHORT_TIMERS)
            await server.clock.advance(100)
            conversation.leave(participant)
            assert await self.ended(server, after=10) == "participant_left_timeout"

    async def test_a_participant_who_returns_keeps_the_conversation_open(self) -> None:
        async with serve_rooms() as server:
            conversation, participant = await server.open_and_join(timers=SHORT_TIMERS)
            conversation.leave(participant)
            await server.clock.advance(9)
            conversation.join(participant)
            await server.clock.advance(100)
            assert conversation.status == "active"

    async def test_one_remaining_participant_keeps_the_conversation_open(self) -> None:
        async with serve_rooms() as server:
            conversation, participant = await server.open_and_join(timers=SHORT_TIMERS)
            conversation.join(RecordingParticipant("other"))
            conversation.leave(participant)
            await server.clock.advance(100)
            assert conversation.status == "active"

    async def test_a_conversation_that_lasts_too_long_ends(self) -> None:
        async with serve_rooms() as server:
            _, participant = await server.open_and_join(
                timers=SHORT_TIMERS, callback_url=CALLBACK_URL
            )
            assert await self.ended(server, after=600) == "max_call_duration"
            await server.opened().wait_until_finished()

            assert participant.dismissed
            told = server.callbacks.delivered[-1][1]["properties"]["shutdown_reason"]
            assert told == "max_call_duration reached"
            assert server.opened().events()[-1]["properties"] == {"reason": "max_call_duration"}

    @pytest.mark.parametrize(
        ("chat", "asked_for", "status"),
        [(True, False, "active"), (True, True, "ended"), (False, False, "ended")],
    )
    async def test_a_timeout_of_zero_ends_a_call_at_once_and_a_chat_only_by_option(
        self, chat: bool, asked_for: bool, status: str
    ) -> None:
        async with serve_rooms(options=LiveOptions(chat_ends_when_left=asked_for)) as server:
            conversation, participant = await server.open_and_join(timers=Timers(), chat=chat)
            conversation.leave(participant)
            await run_pending_tasks()
            assert conversation.status == status

    async def test_a_line_over_the_bridge_counts_as_presence(self) -> None:
        async with serve_rooms(HELLO_SCRIPT) as server:
            conversation = await server.open(timers=SHORT_TIMERS)
            await conversation.respond("Hi.", within=5)
            await server.clock.advance(100)
            assert conversation.status == "active"
