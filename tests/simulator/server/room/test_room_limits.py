"""Who is put out of a room, and who has left it: floods, deafness, lost connections."""

from __future__ import annotations

import socket

import pytest

from pytest_tavus.simulator.rooms.options import LiveOptions
from pytest_tavus.simulator.server.options import ServerLimits, ServerOptions
from tests.simulator.server.room.participants import deaf, heard, joined, present, put_out, say
from tests.simulator.server.served import listening, talking, until

pytestmark = pytest.mark.asyncio

ROOMY = LiveOptions(conversation_bytes=10**9)


async def test_a_flood_of_messages_is_ended_with_a_code_and_the_others_go_on() -> None:
    options = ServerOptions(limits=ServerLimits(messages_per_second=5))
    async with listening(options) as server:
        await talking(server.tavus)
        async with joined(server) as calm, joined(server) as wild:
            for _ in range(20):
                await say(wild, "More!")
            ended = await put_out(wild)
            await say(calm, "Peace.")
            while (await heard(calm, "conversation.utterance"))["properties"]["speech"] != "Peace.":
                pass

    assert ended == (1008, "more than 5 messages a second")


@pytest.mark.parametrize("text", ["x" * 900, "\N{GRINNING FACE}" * 225])
async def test_a_flood_of_bytes_is_ended_as_well(text: str) -> None:
    options = ServerOptions(limits=ServerLimits(bytes_per_second=1000))
    async with listening(options) as server:
        await talking(server.tavus)
        async with joined(server) as room:
            for _ in range(3):
                await say(room, text)

            assert await put_out(room) == (1008, "more than 1000 bytes a second")


async def test_a_message_that_is_too_long_ends_the_socket() -> None:
    async with listening(ServerOptions(limits=ServerLimits(message_bytes=2000))) as server:
        await talking(server.tavus)
        async with joined(server) as room:
            await say(room, "x" * 3000)
            code, _ = await put_out(room)

    assert code == 1009


@pytest.mark.parametrize("least", [{"waiting_messages": 10}, {"waiting_bytes": 1_000_000}])
async def test_whoever_stops_reading_is_put_out_and_the_room_goes_on(
    least: dict[str, int],
) -> None:
    many = {"waiting_messages": 10**9, "waiting_bytes": 10**9, "bytes_per_second": 10**9}
    options = ServerOptions(limits=ServerLimits(**{**many, **least}), live=ROOMY)
    async with listening(options) as server:
        conversation = await talking(server.tavus)
        async with joined(server) as calm:
            with deaf(server) as plug:
                await heard(calm, "conversation.utterance")
                parts = present(conversation)
                await until(lambda: len(parts) == 2)
                for _ in range(200):
                    await say(calm, "x" * 500_000)
                    await heard(calm, "conversation.utterance")
                    if len(parts) == 1:
                        break
                assert len(parts) == 1
                assert plug.fileno() >= 0


async def test_whoever_does_not_read_is_told_why_they_are_put_out() -> None:
    limits = ServerLimits(waiting_bytes=1_000_000, bytes_per_second=10**9)
    async with listening(ServerOptions(limits=limits, live=ROOMY)) as server:
        conversation = await talking(server.tavus)
        async with joined(server) as calm, joined(server) as sleepy:
            parts = present(conversation)
            await until(lambda: len(parts) == 2)
            sleepy.transport.pause_reading()
            for _ in range(200):
                await say(calm, "x" * 500_000)
                await heard(calm, "conversation.utterance")
                if len(parts) == 1:
                    break
            sleepy.transport.resume_reading()
            ended = await put_out(sleepy)

    assert ended == (1008, "1000000 bytes are waiting and are not read")


async def test_a_socket_that_is_closed_halfway_leaves_the_room() -> None:
    async with listening() as server:
        conversation = await talking(server.tavus)
        with deaf(server) as plug:
            await until(lambda: len(present(conversation)) == 1)
            plug.shutdown(socket.SHUT_WR)
            await until(lambda: len(present(conversation)) == 0)
        async with joined(server) as room:
            await say(room, "Anybody?")
            await heard(room, "conversation.utterance")


async def test_a_socket_that_is_lost_leaves_the_room() -> None:
    async with listening() as server:
        conversation = await talking(server.tavus)
        async with joined(server) as room:
            room.transport.abort()
            await until(lambda: len(present(conversation)) == 0)


async def test_who_sends_more_than_a_conversation_keeps_is_told_and_may_end_it() -> None:
    options = ServerOptions(live=LiveOptions(conversation_bytes=20_000))
    async with listening(options) as server:
        conversation = await talking(server.tavus)
        async with joined(server) as room:
            await say(room, "x" * 30_000)
            await say(room, "more")
            refused = await heard(room, "simulator.error")
            assert " takes 20000 bytes already; " in refused["properties"]["message"]
            await server.tavus.site.account.live.end(
                conversation.opening.conversation_id, "end_conversation_endpoint_hit"
            )
            assert await put_out(room) == (1000, "the conversation has ended")
