"""How long a conversation may last."""

from __future__ import annotations

import pytest

from pytest_tavus.simulator.rooms.opening import Timers
from pytest_tavus.simulator.rooms.options import LiveOptions
from tests.simulator.rooms.room import BRIEF, HELLO, URL, Guest, House, house, settled

pytestmark = pytest.mark.asyncio


class TestLimits:
    """When a conversation ends by itself."""

    async def ended(self, home: House, *, after: float, just_before: bool = True) -> str | None:
        """Return why it has ended after so many seconds; it had not, a moment before."""
        if just_before:
            await home.clock.advance(after - 0.5)
            assert home.held().status == "active"
        await home.clock.advance(0.5)
        return home.held().shutdown_reason

    @pytest.mark.fidelity("live.timers")
    async def test_nobody_came(self) -> None:
        async with house() as home:
            await home.open(timers=BRIEF)
            assert await self.ended(home, after=60) == "participant_absent_timeout"

    async def test_everybody_left(self) -> None:
        async with house() as home:
            conversation, guest = await home.joined(timers=BRIEF)
            await home.clock.advance(100)
            conversation.leave(guest)
            assert await self.ended(home, after=10) == "participant_left_timeout"

    async def test_somebody_came_back(self) -> None:
        async with house() as home:
            conversation, guest = await home.joined(timers=BRIEF)
            conversation.leave(guest)
            await home.clock.advance(9)
            conversation.join(guest)
            await home.clock.advance(100)
            assert conversation.status == "active"

    async def test_one_of_two_left(self) -> None:
        async with house() as home:
            conversation, guest = await home.joined(timers=BRIEF)
            conversation.join(Guest("other"))
            conversation.leave(guest)
            await home.clock.advance(100)
            assert conversation.status == "active"

    async def test_it_went_on_for_too_long(self) -> None:
        async with house() as home:
            _, guest = await home.joined(timers=BRIEF, callback_url=URL)
            assert await self.ended(home, after=600) == "max_call_duration"
            await home.held().wait_until_finished()

            assert guest.dismissed
            told = home.post.taken[-1][1]["properties"]["shutdown_reason"]
            assert told == "max_call_duration reached"
            assert home.held().events()[-1]["properties"] == {"reason": "max_call_duration"}

    @pytest.mark.parametrize(
        ("chat", "asked_for", "status"),
        [(True, False, "active"), (True, True, "ended"), (False, False, "ended")],
    )
    async def test_a_timeout_of_zero_ends_a_call_at_once_and_a_chat_only_where_asked_for(
        self, chat: bool, asked_for: bool, status: str
    ) -> None:
        async with house(options=LiveOptions(chat_ends_when_left=asked_for)) as home:
            conversation, guest = await home.joined(timers=Timers(), chat=chat)
            conversation.leave(guest)
            await settled()
            assert conversation.status == status

    async def test_a_line_over_the_bridge_is_somebody_there(self) -> None:
        async with house(HELLO) as home:
            conversation = await home.open(timers=BRIEF)
            await conversation.respond("Hi.", within=5)
            await home.clock.advance(100)
            assert conversation.status == "active"
