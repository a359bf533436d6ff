"""A room over a real WebSocket: who may join, and which messages are relayed."""

from __future__ import annotations

import json

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from pytest_tavus.simulator.rooms.options import LiveOptions
from pytest_tavus.simulator.server.http.marker import MARKER, simulator_version
from pytest_tavus.simulator.server.options import ServerOptions
from tests.simulator.account.rows import conversation_row
from tests.simulator.server.room.participants import heard, joined, read_until_closed, say
from tests.simulator.server.served import listening, open_conversation

pytestmark = pytest.mark.asyncio


@pytest.mark.fidelity("door.room_messages")
async def test_a_frame_is_one_app_message_without_an_envelope() -> None:
    async with listening() as server:
        await open_conversation(server.tavus)
        async with joined(server) as room:
            first = json.loads(await room.recv())
            await say(room, "Good day.")
            greeting = await heard(room, "conversation.utterance")
            echoed = await heard(room, "conversation.utterance")

    assert first["event_type"] == "system.replica_joined"
    assert {"message_type", "conversation_id", "seq", "timestamp", "properties"} <= first.keys()
    assert greeting["properties"]["speech"] == "Hello there!"
    assert echoed["properties"]["speech"] == "Good day."
    assert echoed["seq"] > greeting["seq"] > first["seq"]


async def test_the_handshake_is_marked() -> None:
    async with listening() as server:
        await open_conversation(server.tavus)
        async with joined(server) as room:
            assert room.response is not None
            assert room.response.headers[MARKER] == simulator_version()


async def test_utterances_reach_every_participant_of_their_room_only() -> None:
    async with listening() as server:
        await open_conversation(server.tavus)
        await open_conversation(server.tavus, "c2", pal={"greeting": None})
        async with joined(server) as one, joined(server) as two, joined(server, "c2") as other:
            await heard(one, "conversation.utterance")
            await say(one, "Between us.")
            assert (await heard(one, "conversation.utterance"))["conversation_id"] == "c1"
            assert (await heard(two, "conversation.utterance"))["conversation_id"] == "c1"
            await say(other, "Elsewhere.", conversation_id="c2")
            elsewhere = await heard(other, "conversation.utterance")

    assert elsewhere["properties"]["speech"] == "Elsewhere."
    assert elsewhere["conversation_id"] == "c2"


@pytest.mark.parametrize(
    ("name", "status", "sentence"),
    [
        ("c9", 404, "there is no conversation of that name"),
        ("ended", 410, "the conversation has ended, and its room is closed"),
        ("private", 401, "the room is private: join with ?t= and the conversation's meeting_token"),
        ("private?t=wrong", 401, "the room is private"),
        ("full", 403, "the room of full is full: 0 participants"),
    ],
)
async def test_a_refused_join_gives_the_reason(name: str, status: int, sentence: str) -> None:
    options = ServerOptions(live=LiveOptions(participants=0))
    async with listening(options) as server:
        for each in ("ended", "private", "full"):
            await open_conversation(server.tavus, each)
        await server.admin.live.end("ended", "end_conversation_endpoint_hit")
        record = conversation_row("private", meeting_token="canary")
        server.tavus.site.account.conversations.put("private", record)
        with pytest.raises(InvalidStatus) as refused:
            async with joined(server, name):
                pass

    response = refused.value.response
    assert response.status_code == status
    assert sentence in json.loads(response.body or b"")["error"]
    assert response.headers[MARKER] == simulator_version()


@pytest.mark.fidelity("door.room_token")
async def test_a_private_room_opens_with_its_token() -> None:
    async with listening() as server:
        await open_conversation(server.tavus)
        record = conversation_row("c1", meeting_token="canary-8f3b")
        server.tavus.site.account.conversations.put("c1", record)
        async with joined(server, "c1?t=canary-8f3b") as room:
            assert json.loads(await room.recv())["event_type"] == "system.replica_joined"
        assert "canary" not in json.dumps(server.admin.journal.as_json())


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        (b"{}", "an app message is a text frame, and this frame is binary"),
        ("", "the frame is not JSON: Expecting value at line 1, column 1"),
        ("[" * 2_000, "the frame is nested too deeply"),
        (
            '{"event_type": "\\ud800"}',
            "the frame holds half of a surrogate pair, which is no character",
        ),
        ("[]", "an app message is a JSON object, and this frame is another value"),
        ("{}", "the event_type of an app message is missing, not text"),
    ],
)
async def test_an_invalid_frame_is_answered_and_counted(frame: str | bytes, sentence: str) -> None:
    async with listening() as server:
        await open_conversation(server.tavus)
        async with joined(server) as room:
            await room.send(frame)
            error = await heard(room, "simulator.error")
            await say(room, "I am still here.")
            await heard(room, "conversation.utterance")
            state = server.admin.state()

    assert error == {
        "message_type": "simulator",
        "event_type": "simulator.error",
        "conversation_id": "c1",
        "properties": {"message": sentence},
    }
    assert state["malformed_frames"] == {"c1": 1}


async def test_the_end_of_the_conversation_closes_the_room() -> None:
    async with listening() as server:
        await open_conversation(server.tavus)
        async with joined(server) as room:
            await heard(room, "conversation.utterance")
            await server.admin.live.end("c1", "end_conversation_endpoint_hit")

            assert await read_until_closed(room) == (1000, "the conversation has ended")


async def test_a_page_of_another_machine_cannot_join() -> None:
    async with listening() as server:
        await open_conversation(server.tavus)
        url = f"{server.url.replace('http', 'ws')}/rooms/c1"
        with pytest.raises(InvalidStatus) as refused:
            async with connect(url, proxy=None, origin="http://evil.example"):  # type: ignore[arg-type]  # a string to it
                pass

    assert refused.value.response.status_code == 403
