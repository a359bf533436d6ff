"""The participant of a tool: the reply to a line, and the end of its turn."""

from __future__ import annotations

import asyncio

import pytest

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.errors import ServiceError
from pytest_tavus.simulator.mcp.building.participant import PalCall, ToolParticipant
from pytest_tavus.simulator.mcp.client import ToolRefusal, ToolTimeouts
from pytest_tavus.simulator.rooms.conversation import ServedConversation
from tests.simulator.mcp.box import QUICK
from tests.simulator.rooms.room import call, client_tool, pal, script, serve_rooms, turn

pytestmark = pytest.mark.asyncio


def join_participant(
    conversation: ServedConversation, timeouts: ToolTimeouts = QUICK
) -> ToolParticipant:
    participant = ToolParticipant(conversation, timeouts)
    conversation.join(participant)
    return participant


async def test_the_reply_to_a_line_is_heard_and_the_greeting_before_it_is_not() -> None:
    async with serve_rooms(script(turn("Hi.", says="Good day."))) as server:
        participant = join_participant(await server.open(Pal(greeting="Welcome.")))

        heard = await participant.say("Hi.", within=5)

        assert (heard.text, heard.calls) == ("Good day.", ())


async def test_a_call_is_heard_with_its_arguments_and_its_result_lets_the_turn_go_on() -> None:
    tool = client_tool(on_call="static_filler", static_filler="One moment.")
    scenario = script(turn("Find.", call("find", seats=2), says="It is {result.table}."))
    async with serve_rooms(scenario) as server:
        participant = join_participant(await server.open(pal(tool)))

        heard = await participant.say("Find.", within=5)
        found = heard.calls[0]

        assert heard.text == "One moment."
        assert (found.name, found.arguments) == ("find", {"seats": 2})
        await participant.send(
            "conversation.tool_result", tool_call_id=found.call_id, output='{"table": 4}'
        )


async def test_the_words_beside_a_call_without_waiting_are_collected() -> None:
    scenario = script(turn("Find.", call("find"), says="I am on it."))
    async with serve_rooms(scenario) as server:
        participant = join_participant(
            await server.open(pal(client_tool(on_resolve="fire_and_forget")))
        )

        heard = await participant.say("Find.", within=5)

        assert heard.text == "I am on it."
        assert [one.name for one in heard.calls] == ["find"]


async def test_a_pal_that_says_nothing_is_refused_with_a_sentence() -> None:
    scenario = script(turn("Find.", call("find"), says="Never said."))
    async with serve_rooms(scenario) as server:
        conversation = await server.open(pal(client_tool()))
        participant = join_participant(conversation)
        asyncio.get_running_loop().call_soon(conversation.leave, participant)

        with pytest.raises(ToolRefusal) as refusal:
            await participant.say("Find.", within=0.05)

        assert str(refusal.value) == "the PAL did not reply within 0.05 s"


async def test_a_line_into_a_conversation_that_has_ended_is_refused() -> None:
    async with serve_rooms() as server:
        conversation = await server.open()
        participant = join_participant(conversation)
        await conversation.end("end_conversation_endpoint_hit")

        with pytest.raises(ServiceError) as refusal:
            await participant.say("Hi.", within=5)

        assert (
            str(refusal.value)
            == f"the conversation {conversation.opening.conversation_id} has ended"
        )


@pytest.mark.parametrize("written", ["", "[1]", "{", None])
async def test_arguments_that_are_no_object_are_empty(written: str | None) -> None:
    async with serve_rooms() as server:
        participant = join_participant(await server.open(pal(client_tool())))
        properties = {"name": "find", "tool_call_id": "call_1", "arguments": written}

        participant.deliver({"event_type": "conversation.tool_call", "properties": properties})
        heard = await participant.say("Hi.", within=5)

        assert heard.calls == ()  # it was before the line
        expected = PalCall(name="find", call_id="call_1", arguments={})
        participant.deliver({"event_type": "conversation.tool_call", "properties": properties})
        assert participant.collect_reply().calls == (expected,)


async def test_an_utterance_in_both_roles_is_collected_once() -> None:
    async with serve_rooms() as server:
        participant = join_participant(await server.open())
        for role in ("replica", "pal"):
            spoken = {"role": role, "speech": "Hello."}
            participant.deliver({"event_type": "conversation.utterance", "properties": spoken})

        assert participant.collect_reply().text == "Hello."
