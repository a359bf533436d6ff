"""Limits of a room: floods, participants that do not read, lost connections."""

from __future__ import annotations

import socket

import pytest

from pytest_tavus.simulator.rooms.options import LiveOptions
from pytest_tavus.simulator.server.options import ServerLimits, ServerOptions
from tests.simulator.server.room.participants import (
    heard,
    join_without_reading,
    joined,
    read_until_closed,
    room_of,
    say,
)
from tests.simulator.server.served import listening, open_conversation, wait_until

pytestmark = pytest.mark.asyncio

ROOMY = LiveOptions(conversation_bytes=10**9)


async def test_a_flood_of_messages_closes_the_socket_and_others_stay() -> None:
    options = ServerOptions(limits=ServerLimits(messages_per_second=5))
    async with listening(options) as server:
        await open_conversation(server.tavus)
        async with joined(server) as calm, joined(server) as wild:
            for _ in range(20):
                await say(wild, "More!")
            ended = await read_until_closed(wild)
            await say(calm, "Peace.")
            while (await heard(calm, "conversation.utterance"))["properties"]["speech"] != "Peace.":
                pass

    assert ended == (1008, "more than 5 messages a second")


@pytest.mark.parametrize("text", ["x" * 900, "\N{GRINNING FACE}" * 225])
async def test_a_flood_of_bytes_closes_the_socket(text: str) -> None:
    options = ServerOptions(limits=ServerLimits(bytes_per_second=1000))
    async with listening(options) as server:
        await open_conversation(server.tavus)
        async with joined(server) as room:
            for _ in range(3):
                await say(room, text)

            assert await read_until_closed(room) == (1008, "more than 1000 bytes a second")


async def test_a_message_that_is_too_long_ends_the_socket() -> None:
    async with listening(ServerOptions(limits=ServerLimits(message_bytes=2000))) as server:
        await open_conversation(server.tavus)
        async with joined(server) as room:
            await say(room, "x" * 3000)
            code, _ = await read_until_closed(room)

    assert code == 1009


@pytest.mark.parametrize("least", [{"waiting_messages": 10}, {"waiting_bytes": 1_000_000}])
async def test_a_participant_who_stops_reading_is_removed_and_the_room_stays(
    least: dict[str, int],
) -> None:
    many = {"waiting_messages": 10**9, "waiting_bytes": 10**9, "bytes_per_second": 10**9}
    options = ServerOptions(limits=ServerLimits(**{**many, **least}), live=ROOMY)
    async with listening(options) as server:
        conversation = await open_conversation(server.tavus)
        async with joined(server) as calm:
            with join_without_reading(server) as plug:
                await heard(calm, "conversation.utterance")
                parts = room_of(conversation)
                await wait_until(lambda: len(parts) == 2)
                for _ in range(200):
                    await say(calm, "x" * 500_000)
                    await heard(calm, "conversation.utterance")
                    if len(parts) == 1:
                        break
                assert len(parts) == 1
                assert plug.fileno() >= 0


async def test_a_participant_who_does_not_read_gets_the_reason_for_removal() -> None:
    limits = ServerLimits(waiting_bytes=1_000_000, bytes_per_second=10**9)
    async with listening(ServerOptions(limits=limits, live=ROOMY)) as server:
        conversation = await open_conversation(server.tavus)
        async with joined(server) as calm, joined(server) as sleepy:
            parts = room_of(conversation)
            await wait_until(lambda: len(parts) == 2)
            sleepy.transport.pause_reading()
            for _ in range(200):
                await say(calm, "x" * 500_000)
                await heard(calm, "conversation.utterance")
                if len(parts) == 1:
                    break
            sleepy.transport.resume_reading()
            ended = await read_until_closed(sleepy)

    assert ended == (1008, "1000000 bytes are waiting and are not read")


async def test_a_socket_that_is_closed_halfway_leaves_the_room() -> None:
    async with listening() as server:
        conversation = await open_conversation(server.tavus)
        with join_without_reading(server) as plug:
            await wait_until(lambda: len(room_of(conversation)) == 1)
            plug.shutdown(socket.SHUT_WR)
            await wait_until(lambda: len(room_of(conversation)) == 0)
        async with joined(server) as room:
            await say(room, "Anybody?")
            await heard(room, "conversation.utterance")


async def test_a_socket_that_is_lost_leaves_the_room() -> None:
    async with listening() as server:
        conversation = await open_conversation(server.tavus)
        async with joined(server) as room:
            room.transport.abort()
            await wait_until(lambda: len(room_of(conversation)) == 0)


async def test_a_full_conversation_refuses_messages_and_can_be_ended() -> None:
    options = ServerOptions(live=LiveOptions(conversation_bytes=20_000))
    async with listening(options) as server:
        conversation = await open_conversation(server.tavus)
        async with joined(server) as room:
            await say(room, "x" * 30_000)
            await say(room, "more")
            refused = await heard(room, "simulator.error")
            assert " takes 20000 bytes already; " in refused["properties"]["message"]
            await server.tavus.site.account.live.end(
                conversation.opening.conversation_id, "end_conversation_endpoint_hit"
            )
            assert await read_until_closed(room) == (1000, "the conversation has ended")
