"""Callbacks that fail, are tried again, or hang."""

from __future__ import annotations

import pytest

from pytest_tavus.simulator.rooms.options import CallbackOptions, LiveOptions
from pytest_tavus.trace.events import Fault
from tests.simulator.rooms.room import END, ID, URL, house, settled

pytestmark = pytest.mark.asyncio


async def test_a_callback_that_fails_is_told_without_its_token() -> None:
    async with house() as home:
        home.post.failures = 1
        conversation = await home.open(callback_url=URL)
        await conversation.wait_until_finished()

        (_, fault), *_ = conversation.trace().of(Fault)
        assert fault.message == (
            "the callback system.replica_joined to http://127.0.0.1:9/hook failed: "
            "it answered 500 Internal Server Error"
        )


async def test_a_callback_can_be_tried_again_and_sent_twice() -> None:
    options = LiveOptions(callbacks=CallbackOptions(attempts=2, retry_after=3, copies=2))
    async with house(options=options) as home:
        home.post.failures = 1
        conversation = await home.open(callback_url=URL)
        await settled()
        assert home.post.taken == []
        await home.clock.advance(3)
        await conversation.wait_until_finished()

        first, second = home.post.taken
        assert first == second
        assert not [*conversation.trace().of(Fault)]


async def test_a_callback_that_hangs_does_not_hold_up_the_end() -> None:
    async with house() as home:
        home.post.stuck = True
        conversation, guest = await home.joined(callback_url=URL)
        await settled()
        await home.conversations.end(ID, END)

        assert (conversation.status, guest.dismissed) == ("ended", True)
        assert home.post.taken == []
