"""One participant: the queue of messages to them, and the limits of their own messages."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.simulator.server.options import ServerLimits
from pytest_tavus.simulator.server.room.participant import MessageEncoder, Meter, SocketParticipant
from tests.simulator.server.constants import ManualClock

JSON = st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text(), max_size=4)


def seated(**limits: int) -> SocketParticipant:
    return SocketParticipant("one", limits=ServerLimits(**limits), encoder=MessageEncoder())


@pytest.mark.asyncio
@given(messages=st.lists(JSON, max_size=8))
async def test_messages_arrive_in_order_before_the_end(
    messages: list[dict[str, Any]],
) -> None:
    seat = seated(waiting_messages=8)
    for message in messages:
        seat.deliver(message)
    seat.dismiss()
    seat.deliver({"too": "late"})

    texts: list[str] = []
    while (text := await seat.next()) is not None:
        texts.append(text)

    assert [json.loads(text) for text in texts] == messages


@pytest.mark.asyncio
async def test_a_waiting_reader_gets_the_next_message() -> None:
    seat = seated(waiting_messages=8)
    waiting = asyncio.create_task(seat.next())
    await asyncio.sleep(0)
    seat.deliver({"a": 1})

    assert await asyncio.wait_for(waiting, 10) == '{"a":1}'


@pytest.mark.asyncio
async def test_too_many_unread_messages_close_the_participant() -> None:
    seat = seated(waiting_messages=2)
    for number in range(3):
        seat.deliver({"number": number})

    closing = await asyncio.wait_for(seat.wait_until_full(), 10)

    assert (closing.code, closing.reason) == (1008, "2 messages are waiting and are not read")


@pytest.mark.asyncio
async def test_a_reading_participant_stays() -> None:
    seat = seated(waiting_messages=2)
    for number in range(9):
        seat.deliver({"number": number})
        await seat.next()

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(seat.wait_until_full(), 0.01)


@pytest.mark.asyncio
async def test_too_many_unread_bytes_close_the_participant_and_are_freed() -> None:
    seat = seated(waiting_bytes=1000)
    seat.deliver({"text": "x" * 5000})
    assert seat.waiting_bytes > 5000
    await seat.next()
    seat.deliver({"text": "x" * 500})
    seat.deliver({"text": "x" * 500})
    closing = await seat.wait_until_full()

    assert (closing.code, closing.reason) == (1008, "1000 bytes are waiting and are not read")
    assert seat.waiting_bytes == 0


@pytest.mark.asyncio
async def test_a_single_long_message_is_queued() -> None:
    seat = seated(waiting_bytes=1000)
    seat.deliver({"text": "x" * 5000})

    assert len(await seat.next() or "") > 5000
    assert seat.waiting_bytes == 0


@pytest.mark.asyncio
async def test_all_participants_share_the_encoded_text() -> None:
    texts = MessageEncoder()
    one, other = (
        SocketParticipant(name, limits=ServerLimits(), encoder=texts) for name in ("one", "other")
    )
    for number in range(2):
        message = {"number": number}
        one.deliver(message)
        other.deliver(message)

    first, second = await one.next(), await one.next()
    assert (first, second) == ('{"number":0}', '{"number":1}')
    assert await other.next() is first
    assert await other.next() is second


def test_messages_beyond_the_burst_are_refused() -> None:
    meter = Meter(ServerLimits(messages_per_second=5), now=ManualClock())

    assert [meter.take(1) for _ in range(10)] == [None] * 10
    closing = meter.take(1)
    assert closing is not None
    assert (closing.code, closing.reason) == (1008, "more than 5 messages a second")


def test_bytes_beyond_the_burst_are_refused() -> None:
    meter = Meter(ServerLimits(bytes_per_second=100), now=ManualClock())

    assert meter.take(200) is None
    closing = meter.take(1)
    assert closing is not None
    assert closing.reason == "more than 100 bytes a second"


def test_the_allowance_grows_with_time() -> None:
    watch = ManualClock()
    meter = Meter(ServerLimits(messages_per_second=5), now=watch)
    for _ in range(10):
        meter.take(1)
    watch.time += 0.2

    assert meter.take(1) is None
    assert meter.take(1) is not None


@given(pauses=st.lists(st.floats(0.2, 10), max_size=30))
def test_a_sender_within_the_rate_is_never_refused(pauses: list[float]) -> None:
    watch = ManualClock()
    meter = Meter(ServerLimits(messages_per_second=5), now=watch)
    for pause in pauses:
        watch.time += pause

        assert meter.take(1) is None
