"""Callbacks that fail, are tried again, or hang."""

from __future__ import annotations

import pytest

from pytest_tavus.simulator.rooms.options import CallbackOptions, LiveOptions
from pytest_tavus.trace.events import Fault
from tests.simulator.rooms.room import (
    CALLBACK_URL,
    CONVERSATION_ID,
    END_REASON,
    run_pending_tasks,
    serve_rooms,
)

pytestmark = pytest.mark.asyncio


async def test_the_fault_of_a_failed_callback_hides_the_query_of_its_url() -> None:
    async with serve_rooms() as server:
        server.callbacks.failures = 1
        conversation = await server.open(callback_url=CALLBACK_URL)
        await conversation.wait_until_finished()

        (_, fault), *_ = conversation.trace().of(Fault)
        assert fault.message == (
            "the callback system.replica_joined to http://127.0.0.1:9/hook failed: "
            "it answered 500 Internal Server Error"
        )


async def test_a_callback_can_be_tried_again_and_sent_twice() -> None:
    options = LiveOptions(callbacks=CallbackOptions(attempts=2, retry_after=3, copies=2))
    async with serve_rooms(options=options) as server:
        server.callbacks.failures = 1
        conversation = await server.open(callback_url=CALLBACK_URL)
        await run_pending_tasks()
        assert server.callbacks.delivered == []
        await server.clock.advance(3)
        await conversation.wait_until_finished()

        first, second = server.callbacks.delivered
        assert first == second
        assert not [*conversation.trace().of(Fault)]


async def test_a_callback_that_hangs_does_not_hold_up_the_end() -> None:
    async with serve_rooms() as server:
        server.callbacks.hangs = True
        conversation, participant = await server.open_and_join(callback_url=CALLBACK_URL)
        await run_pending_tasks()
        await server.conversations.end(CONVERSATION_ID, END_REASON)

        assert (conversation.status, participant.dismissed) == ("ended", True)
        assert server.callbacks.delivered == []
