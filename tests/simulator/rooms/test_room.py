"""What is heard in the room of a conversation, and in which order."""

from __future__ import annotations

import asyncio

import pytest

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.errors import ServiceError
from pytest_tavus.simulator.rooms.options import LiveOptions
from tests.simulator.rooms.room import (
    CONVERSATION_ID,
    EPOCH,
    RecordingParticipant,
    RoomServer,
    call,
    client_tool,
    pal,
    run_pending_tasks,
    script,
    serve_rooms,
    turn,
    wait_until,
)

pytestmark = pytest.mark.asyncio


async def test_the_first_one_to_join_is_greeted() -> None:
    async with serve_rooms() as server:
        _, participant = await server.open_and_join(Pal(greeting="Hello."))

        assert participant.event_types() == ["system.replica_joined", "conversation.utterance"]
        assert participant.utterances() == ["Hello."]


async def test_the_greeting_of_the_conversation_wins() -> None:
    async with serve_rooms() as server:
        _, participant = await server.open_and_join(
            Pal(greeting="Hello."), greeting="Welcome back."
        )

        assert participant.utterances() == ["Welcome back."]


async def test_a_later_participant_receives_replica_present_and_no_greeting() -> None:
    async with serve_rooms() as server:
        conversation, _ = await server.open_and_join(Pal(greeting="Hello."))
        late = RecordingParticipant("late")
        conversation.join(late)

        assert late.event_types() == ["system.replica_present"]


@pytest.mark.fidelity("live.room")
async def test_a_line_and_its_reply_are_sent_in_the_envelope_of_tavus() -> None:
    async with serve_rooms(script(turn("Hi.", says="Hello."))) as server:
        _, participant = await server.open_and_join()
        await server.clock.advance(2.5)
        await participant.say("Hi.")
        await wait_until(participant.utterances)

        joined, echoed, reply = participant.received
        assert joined["message_type"] == "system"
        assert echoed == {
            "message_type": "conversation",
            "event_type": "conversation.utterance",
            "conversation_id": CONVERSATION_ID,
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
    async with serve_rooms(scenario) as server:
        _, participant = await server.open_and_join(pal(client_tool()))
        await participant.say("Find.")
        await wait_until(lambda: participant.of_type("conversation.tool_call"))

        (made,) = participant.of_type("conversation.tool_call")
        assert made["properties"] == {
            "name": "find",
            "arguments": '{"seats": 2}',
            "tool_call_id": participant.call_id(),
        }
        await participant.send(
            "tool_result", tool_call_id=participant.call_id(), output={"table": "T4"}
        )
        await wait_until(participant.utterances)
        assert participant.utterances() == ["It is T4."]


async def test_with_dual_roles_each_utterance_of_the_pal_comes_twice() -> None:
    async with serve_rooms(options=LiveOptions(dual_roles=True)) as server:
        _, participant = await server.open_and_join(Pal(greeting="Hello."))

        roles = [
            each["properties"]["role"] for each in participant.of_type("conversation.utterance")
        ]
        assert roles == ["replica", "pal"]


async def test_a_voice_starts_and_stops_and_streams() -> None:
    async with serve_rooms(options=LiveOptions(streaming=True)) as server:
        _, participant = await server.open_and_join(Pal(greeting="Good day to you."), chat=False)

        assert participant.event_types() == [
            "system.replica_joined",
            "conversation.started_speaking",
            *["conversation.utterance.streaming"] * 4,
            "conversation.utterance",
            "conversation.stopped_speaking",
        ]
        streamed = participant.of_type("conversation.utterance.streaming")
        assert [each["properties"]["speech"] for each in streamed] == [
            "Good",
            "Good day",
            "Good day to",
            "Good day to you.",
        ]


async def test_an_option_adds_the_older_forms_of_speaking() -> None:
    async with serve_rooms(options=LiveOptions(older_speaking=True)) as server:
        _, participant = await server.open_and_join(Pal(greeting="Hello."), chat=False)

        assert participant.event_types()[1:] == [
            "conversation.started_speaking",
            "conversation.replica.started_speaking",
            "conversation.utterance",
            "conversation.replica.stopped_speaking",
            "conversation.stopped_speaking",
        ]


async def test_a_heartbeat_sends_replica_present_at_its_interval() -> None:
    async with serve_rooms(options=LiveOptions(heartbeat=1)) as server:
        _, participant = await server.open_and_join()
        await server.clock.advance(3.5)

        assert participant.event_types() == [
            "system.replica_joined",
            *["system.replica_present"] * 3,
        ]


async def test_the_analysis_of_a_call_is_the_last_thing_heard() -> None:
    async with serve_rooms() as server:
        conversation, participant = await server.open_and_join(Pal(greeting="Hello."), chat=False)
        await conversation.end("end_conversation_endpoint_hit")

        assert participant.event_types()[-1] == "conversation.perception_analysis"
        assert participant.received[-1]["properties"] == {"analysis": LiveOptions().analysis}


async def test_a_message_from_outside_the_room_is_refused() -> None:
    async with serve_rooms() as server:
        conversation, participant = await server.open_and_join()
        conversation.leave(participant)

        with pytest.raises(ServiceError) as refusal:
            await participant.say("Hi.")
        assert str(refusal.value) == f"'guest' is not in the room of {CONVERSATION_ID}"


async def test_an_ended_conversation_refuses_all_input() -> None:
    async with serve_rooms() as server:
        conversation, participant = await server.open_and_join()
        await server.conversations.end(CONVERSATION_ID, "end_conversation_endpoint_hit")

        assert participant.dismissed
        with pytest.raises(ServiceError) as refusal:
            conversation.join(RecordingParticipant("late"))
        assert str(refusal.value) == f"the conversation {CONVERSATION_ID} has ended"
        await run_pending_tasks()


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
    async with serve_rooms(scenario) as server:
        _, participant = await server.open_and_join(pal(tool))
        await participant.say("Find.")
        await wait_until(lambda: participant.of_type("conversation.tool_call"))
        await participant.send(
            "tool_result", tool_call_id=participant.call_id(), output={"table": "T4"}
        )
        await run_pending_tasks()

        heard = [each["properties"] for each in participant.received[1:]]
        told = [f"{each['role']}: {each['speech']}" if "role" in each else "call" for each in heard]
        assert told == ["user: Find.", "replica: One moment.", "call", *after]


@pytest.mark.parametrize("on_resolve", ["add_to_context", "fire_and_forget"])
async def test_a_call_without_waiting_does_not_delay_the_reply(on_resolve: str) -> None:
    scenario = script(turn("Note.", call("find"), says="Noted."))
    async with serve_rooms(scenario) as server:
        _, participant = await server.open_and_join(pal(client_tool(on_resolve=on_resolve)))
        await participant.say("Note.")
        await wait_until(participant.utterances)
        await participant.send(
            "tool_result", tool_call_id=participant.call_id(), output={"table": "T4"}
        )
        await run_pending_tasks()

        assert participant.utterances() == ["Noted."]


async def test_many_concurrent_conversations_neither_lose_nor_mix_up_messages() -> None:
    turns = [turn(f"q{n}", call("find", n=n), says="It is {result.n}.") for n in range(20)]

    async def talk(server: RoomServer, name: str) -> None:
        _, participant = await server.open_and_join(pal(client_tool()), conversation_id=name)
        for n in range(20):
            await participant.say(f"q{n}")
            await run_pending_tasks()
            output = {"n": f"{name}:{n}"}
            await participant.send("tool_result", tool_call_id=participant.call_id(), output=output)
            await run_pending_tasks()
        assert participant.utterances() == [f"It is {name}:{n}." for n in range(20)]
        assert [each["seq"] for each in participant.received] == [*range(1, 62)]

    async with serve_rooms(script(*turns)) as server, asyncio.TaskGroup() as group:
        for number in range(30):
            group.create_task(talk(server, f"c{number}"))
