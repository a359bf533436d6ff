"""What is heard in the room of a conversation, and in which order."""

from __future__ import annotations

import asyncio

import pytest

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.errors import ServiceError
from pytest_tavus.simulator.rooms.options import LiveOptions
from tests.simulator.rooms.room import (
    EPOCH,
    ID,
    Guest,
    House,
    call,
    client_tool,
    house,
    pal,
    script,
    settled,
    turn,
    until,
)

pytestmark = pytest.mark.asyncio


async def test_the_first_one_to_join_is_greeted() -> None:
    async with house() as home:
        _, guest = await home.joined(Pal(greeting="Hello."))

        assert guest.types() == ["system.replica_joined", "conversation.utterance"]
        assert guest.spoken() == ["Hello."]


async def test_the_greeting_of_the_conversation_wins() -> None:
    async with house() as home:
        _, guest = await home.joined(Pal(greeting="Hello."), greeting="Welcome back.")

        assert guest.spoken() == ["Welcome back."]


async def test_whoever_joins_later_hears_that_the_face_is_there_and_no_greeting() -> None:
    async with house() as home:
        conversation, _ = await home.joined(Pal(greeting="Hello."))
        late = Guest("late")
        conversation.join(late)

        assert late.types() == ["system.replica_present"]


@pytest.mark.fidelity("live.room")
async def test_a_line_comes_back_and_is_replied_to_in_the_envelope_of_tavus() -> None:
    async with house(script(turn("Hi.", says="Hello."))) as home:
        _, guest = await home.joined()
        await home.clock.advance(2.5)
        await guest.say("Hi.")
        await until(guest.spoken)

        joined, echoed, reply = guest.heard
        assert joined["message_type"] == "system"
        assert echoed == {
            "message_type": "conversation",
            "event_type": "conversation.utterance",
            "conversation_id": ID,
            "timestamp": EPOCH + 2.5,
            "seq": 2,
            "turn_idx": 1,
            "properties": {"role": "user", "speech": "Hi."},
        }
        assert reply["properties"] == {"role": "replica", "speech": "Hello."}
        assert (reply["seq"], reply["turn_idx"]) == (3, 1)
        assert len(reply["inference_id"]) == 36


async def test_a_client_tool_is_called_in_the_room_and_its_result_is_spoken_of() -> None:
    scenario = script(turn("Find.", call("find", seats=2), says="It is {result.table}."))
    async with house(scenario) as home:
        _, guest = await home.joined(pal(client_tool()))
        await guest.say("Find.")
        await until(lambda: guest.of("conversation.tool_call"))

        (made,) = guest.of("conversation.tool_call")
        assert made["properties"] == {
            "name": "find",
            "arguments": '{"seats": 2}',
            "tool_call_id": guest.call_id(),
        }
        await guest.send("tool_result", tool_call_id=guest.call_id(), output={"table": "T4"})
        await until(guest.spoken)
        assert guest.spoken() == ["It is T4."]


async def test_with_dual_roles_each_utterance_of_the_pal_comes_twice() -> None:
    async with house(options=LiveOptions(dual_roles=True)) as home:
        _, guest = await home.joined(Pal(greeting="Hello."))

        roles = [each["properties"]["role"] for each in guest.of("conversation.utterance")]
        assert roles == ["replica", "pal"]


async def test_a_voice_starts_and_stops_and_streams() -> None:
    async with house(options=LiveOptions(streaming=True)) as home:
        _, guest = await home.joined(Pal(greeting="Good day to you."), chat=False)

        assert guest.types() == [
            "system.replica_joined",
            "conversation.started_speaking",
            *["conversation.utterance.streaming"] * 4,
            "conversation.utterance",
            "conversation.stopped_speaking",
        ]
        streamed = guest.of("conversation.utterance.streaming")
        assert [each["properties"]["speech"] for each in streamed] == [
            "Good",
            "Good day",
            "Good day to",
            "Good day to you.",
        ]


async def test_the_older_forms_of_speaking_can_be_had_beside_the_newer() -> None:
    async with house(options=LiveOptions(older_speaking=True)) as home:
        _, guest = await home.joined(Pal(greeting="Hello."), chat=False)

        assert guest.types()[1:] == [
            "conversation.started_speaking",
            "conversation.replica.started_speaking",
            "conversation.utterance",
            "conversation.replica.stopped_speaking",
            "conversation.stopped_speaking",
        ]


async def test_a_heartbeat_can_be_had() -> None:
    async with house(options=LiveOptions(heartbeat=1)) as home:
        _, guest = await home.joined()
        await home.clock.advance(3.5)

        assert guest.types() == ["system.replica_joined", *["system.replica_present"] * 3]


async def test_the_analysis_of_a_call_is_the_last_thing_heard() -> None:
    async with house() as home:
        conversation, guest = await home.joined(Pal(greeting="Hello."), chat=False)
        await conversation.end("end_conversation_endpoint_hit")

        assert guest.types()[-1] == "conversation.perception_analysis"
        assert guest.heard[-1]["properties"] == {"analysis": LiveOptions().analysis}


async def test_nobody_is_heard_who_is_not_in_the_room() -> None:
    async with house() as home:
        conversation, guest = await home.joined()
        conversation.leave(guest)

        with pytest.raises(ServiceError) as refusal:
            await guest.say("Hi.")
        assert str(refusal.value) == f"'guest' is not in the room of {ID}"


async def test_an_ended_conversation_takes_nothing() -> None:
    async with house() as home:
        conversation, guest = await home.joined()
        await home.conversations.end(ID, "end_conversation_endpoint_hit")

        assert guest.dismissed
        with pytest.raises(ServiceError) as refusal:
            conversation.join(Guest("late"))
        assert str(refusal.value) == f"the conversation {ID} has ended"
        await settled()


@pytest.mark.parametrize(
    ("on_resolve", "after"),
    [
        ("generate_response", ["replica: It is T4."]),
        ("response_in_result", ['replica: {"table": "T4"}']),
    ],
)
async def test_around_a_call_the_filler_comes_first_and_the_reply_last(
    on_resolve: str, after: list[str]
) -> None:
    tool = client_tool(on_call="static_filler", static_filler="One moment.", on_resolve=on_resolve)
    scenario = script(turn("Find.", call("find"), says="It is {result.table}."))
    async with house(scenario) as home:
        _, guest = await home.joined(pal(tool))
        await guest.say("Find.")
        await until(lambda: guest.of("conversation.tool_call"))
        await guest.send("tool_result", tool_call_id=guest.call_id(), output={"table": "T4"})
        await settled()

        heard = [each["properties"] for each in guest.heard[1:]]
        told = [f"{each['role']}: {each['speech']}" if "role" in each else "call" for each in heard]
        assert told == ["user: Find.", "replica: One moment.", "call", *after]


@pytest.mark.parametrize("on_resolve", ["add_to_context", "fire_and_forget"])
async def test_a_call_that_nobody_waits_for_leaves_the_reply_alone(on_resolve: str) -> None:
    scenario = script(turn("Note.", call("find"), says="Noted."))
    async with house(scenario) as home:
        _, guest = await home.joined(pal(client_tool(on_resolve=on_resolve)))
        await guest.say("Note.")
        await until(guest.spoken)
        await guest.send("tool_result", tool_call_id=guest.call_id(), output={"table": "T4"})
        await settled()

        assert guest.spoken() == ["Noted."]


async def test_many_conversations_side_by_side_lose_and_mix_up_nothing() -> None:
    turns = [turn(f"q{n}", call("find", n=n), says="It is {result.n}.") for n in range(20)]

    async def talk(home: House, name: str) -> None:
        _, guest = await home.joined(pal(client_tool()), conversation_id=name)
        for n in range(20):
            await guest.say(f"q{n}")
            await settled()
            output = {"n": f"{name}:{n}"}
            await guest.send("tool_result", tool_call_id=guest.call_id(), output=output)
            await settled()
        assert guest.spoken() == [f"It is {name}:{n}." for n in range(20)]
        assert [each["seq"] for each in guest.heard] == [*range(1, 62)]

    async with house(script(*turns)) as home, asyncio.TaskGroup() as group:
        for number in range(30):
            group.create_task(talk(home, f"c{number}"))
