"""A conversation keeps all that happens in it, within a limit of memory."""

from __future__ import annotations

import asyncio
from sys import getsizeof
from typing import Any

import pytest

from pytest_tavus.errors import ServiceError
from pytest_tavus.simulator.rooms.options import LiveOptions
from pytest_tavus.simulator.rooms.space import bytes_of
from pytest_tavus.trace.events import AppMessage, UserSaid
from tests.simulator.rooms.echo_brain import EchoBrain
from tests.simulator.rooms.room import (
    CONVERSATION_ID,
    RecordingParticipant,
    serve_rooms,
    wait_until,
)

SMALL = LiveOptions(conversation_bytes=100_000)
FULL = (
    f"the conversation {CONVERSATION_ID} takes 100000 bytes already; further input is refused: "
    "end the conversation, and open another"
)
LONG = "x" * 10_000


async def refusal(participant: RecordingParticipant) -> str | None:
    """Send a long message; return the sentence of its refusal."""
    try:
        await participant.send("append_llm_context", context=LONG)
    except ServiceError as error:
        return str(error)
    return None


async def flood(participant: RecordingParticipant) -> int:
    """Send long messages until one is refused; return how many were accepted."""
    refused = [await refusal(participant) for _ in range(50)]
    assert set(refused) == {None, FULL}
    return refused.index(FULL)


@pytest.mark.asyncio
async def test_messages_are_refused_at_the_memory_limit_and_no_event_is_dropped() -> None:
    async with serve_rooms(options=SMALL) as server:
        conversation, participant = await server.open_and_join()
        taken = await flood(participant)

        assert 5 <= taken <= 10
        assert len(list(conversation.trace().of(AppMessage))) == taken
        for refused in (participant.say("hello"), conversation.respond("hello", within=1)):
            with pytest.raises(ServiceError, match="further input is refused"):
                await refused
        with pytest.raises(ServiceError, match="further input is refused"):
            await conversation.perceive("look", {})
        assert conversation.status == "active"
        conversation.leave(participant)
        conversation.join(participant)
        await server.conversations.end(CONVERSATION_ID, "end_conversation_endpoint_hit")
        assert conversation.shutdown_reason == "end_conversation_endpoint_hit"


@pytest.mark.asyncio
async def test_an_accepted_line_is_replied_to_beyond_the_memory_limit() -> None:
    brain = EchoBrain(hold=asyncio.Event())
    async with serve_rooms(brains=(lambda _: brain,), options=SMALL) as server:
        conversation, participant = await server.open_and_join()
        await participant.say("hello")
        await flood(participant)
        assert brain.hold is not None
        brain.hold.set()
        await wait_until(lambda: participant.utterances() == ["You said hello"])
        assert [event.text for _, event in conversation.trace().of(UserSaid)] == ["hello"]


@pytest.mark.asyncio
async def test_one_conversation_that_is_full_leaves_the_others_alone() -> None:
    async with serve_rooms(options=SMALL) as server:
        _, participant = await server.open_and_join()
        await flood(participant)
        other = await server.open(conversation_id="c2")
        participant = RecordingParticipant(conversation=other)
        other.join(participant)
        await participant.say("hello")


@pytest.mark.parametrize(
    ("value", "held"),
    [
        ("text", []),
        (None, []),
        ({"key": ["one", {"two": 2}]}, ["key", ["one", {"two": 2}], "one", {"two": 2}, "two", 2]),
        (("a", b"b"), ["a", b"b"]),
        (UserSaid(text="hello"), ["hello"]),
    ],
)
def test_the_size_of_a_value_includes_its_members(value: Any, held: list[Any]) -> None:
    assert bytes_of(value) == getsizeof(value) + sum(map(getsizeof, held))
