"""What is said over the bridge or unasked, what goes wrong, and what is too long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.errors import ServiceError
from pytest_tavus.simulator.pal.brain import Inference, Moment
from pytest_tavus.simulator.rooms.options import LiveOptions
from pytest_tavus.trace.events import Fault, UserSaid
from tests.simulator.pal.fake_handler import FakeHandler, ok
from tests.simulator.rooms.echo_brain import EchoBrain
from tests.simulator.rooms.room import (
    CONVERSATION_ID,
    RecordingParticipant,
    api_tool,
    build_app_message,
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


@pytest.mark.fidelity("live.bridge")
async def test_the_bridge_returns_what_the_pal_says_in_the_turn() -> None:
    handler = FakeHandler(lambda _: ok({"table": "T4"}))
    tool = api_tool(on_call="static_filler", static_filler="One moment.")
    scenario = script(turn("Find.", call("find"), says="It is {result.table}."))
    async with serve_rooms(scenario, handler=handler) as server:
        conversation = await server.open(pal(tool))
        reply = await conversation.respond("Find.", within=5)

        assert (reply.status, reply.text) == ("ready", "One moment.\nIt is T4.")
        assert conversation.reply() == reply


async def test_over_the_bridge_a_reply_is_pending_until_it_is_there() -> None:
    scenario = script(turn("Find.", call("find"), says="It is {result.table}."))
    async with serve_rooms(scenario) as server:
        conversation, participant = await server.open_and_join(pal(client_tool()))
        assert (await conversation.respond("Find.", within=0)).status == "pending"
        assert conversation.reply().status == "pending"

        await participant.send(
            "tool_result", tool_call_id=participant.call_id(), output={"table": "T4"}
        )
        await wait_until(participant.utterances)
        await run_pending_tasks()
        assert conversation.reply().text == "It is T4."


async def test_before_the_first_line_over_the_bridge_there_is_no_reply() -> None:
    async with serve_rooms() as server:
        conversation, participant = await server.open_and_join()
        await participant.say("Hi.")
        await run_pending_tasks()
        assert conversation.reply().status == "pending"


async def test_the_bridge_refuses_an_empty_line() -> None:
    async with serve_rooms() as server:
        conversation = await server.open()
        with pytest.raises(ServiceError) as refusal:
            await conversation.respond("", within=0)
        assert str(refusal.value) == "a line over the bridge has an empty `text`"


async def test_an_unprompted_line_is_said_at_its_time() -> None:
    async with serve_rooms(script(turn("Hi.", says="Hello.", later="Still there?"))) as server:
        _, participant = await server.open_and_join()
        await participant.say("Hi.")
        await server.clock.advance(9.9)
        assert participant.utterances() == ["Hello."]
        await server.clock.advance(0.2)
        assert participant.utterances() == ["Hello.", "Still there?"]


async def test_a_line_of_the_caller_cancels_the_unprompted_line() -> None:
    scenario = script(turn("Hi.", says="Hello.", later="Still there?"), turn("Yes.", says="Good."))
    async with serve_rooms(scenario) as server:
        _, participant = await server.open_and_join()
        for line in ("Hi.", "Yes."):
            await participant.say(line)
            await run_pending_tasks()
        await server.clock.advance(60)
        assert participant.utterances() == ["Hello.", "Good."]


async def test_a_tool_without_a_handler_fails_with_the_reason() -> None:
    scenario = script(turn("Find.", call("find"), says="Found.", on_error="I could not look."))
    async with serve_rooms(scenario) as server:
        conversation = await server.open(pal(api_tool()))
        reply = await conversation.respond("Find.", within=5)

        assert reply.text == "I could not look."


async def test_the_room_hears_a_secret_that_the_trace_masks() -> None:
    handler = FakeHandler(lambda _: ok({"key": "s3cr3t-key"}))
    scenario = script(turn("Find.", call("find"), says="It is {result.key}."))
    async with serve_rooms(scenario, handler=handler) as server:
        conversation, participant = await server.open_and_join(pal(api_tool(secret="s3cr3t-key")))
        await participant.say("Find.")
        await wait_until(participant.utterances)

        assert participant.utterances() == ["It is s3cr3t-key."]
        assert "s3cr3t-key" not in repr(conversation.trace())


async def test_an_exception_of_a_brain_is_a_fault_and_the_next_line_is_replied_to() -> None:
    class Broken(EchoBrain):
        async def infer(self, moment: Moment) -> Inference:
            if moment.turn == 1:
                raise ServiceError("the model is not there")
            return await super().infer(moment)

    async with serve_rooms(brains=(lambda _: Broken(),)) as server:
        conversation = await server.open()
        assert (await conversation.respond("one", within=5)).text == ""
        assert (await conversation.respond("two", within=5)).text == "You said two"
        (_, fault), *_ = conversation.trace().of(Fault)
        assert (fault.owner, fault.message) == ("platform", "the model is not there")


@pytest.mark.fidelity("live.order")
@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["respond", "echo", "interrupt"]))))
async def test_every_conversation_counts_its_own_messages(steps: list[tuple[int, str]]) -> None:
    async with serve_rooms(brains=(lambda _: EchoBrain(),)) as server:
        guests = [RecordingParticipant(str(number)) for number in range(3)]
        for number, participant in enumerate(guests):
            (await server.open(conversation_id=f"c{number}")).join(participant)
        for position, (number, kind) in enumerate(steps):
            conversation = server.conversations.get(f"c{number}")
            assert conversation is not None
            message = build_app_message(kind, f"c{number}", text=f"{number}:{position}")
            await conversation.receive(message, sender=guests[number])
        await run_pending_tasks()

        for number, participant in enumerate(guests):
            assert [each["seq"] for each in participant.received] == [
                *range(1, len(participant.received) + 1)
            ]
            turns = [each["turn_idx"] for each in participant.received]
            assert turns == sorted(turns)
            assert {each["conversation_id"] for each in participant.received} == {f"c{number}"}
            texts = [each["properties"].get("speech", "") for each in participant.received]
            assert all(f"{number}:" in text for text in texts if text)
            lines = server.conversations.get(f"c{number}")
            assert lines is not None
            sent = sum(each == (number, "respond") for each in steps)
            assert len([*lines.trace().of(UserSaid)]) == sent


async def test_long_messages_are_warned_of_or_dropped() -> None:
    for refuse in (False, True):
        async with serve_rooms(options=LiveOptions(refuse_oversized=refuse)) as server:
            conversation, participant = await server.open_and_join(greeting="x" * 4096)

            assert len(participant.utterances()) == (0 if refuse else 1)
            what = "was dropped" if refuse else "may be dropped"
            warning = f"conversation.utterance with seq 2 is longer than 4096 bytes and {what}"
            assert conversation.warnings == (warning,)


async def test_a_long_message_of_a_client_is_warned_of_or_refused() -> None:
    sentence = "conversation.respond of 'guest' is longer than 4096 bytes"
    long = build_app_message("respond", text="x" * 4096)
    async with serve_rooms() as server:
        conversation, participant = await server.open_and_join()
        await conversation.receive(long, sender=participant)
        assert conversation.warnings[0] == f"{sentence} and may be dropped"
    async with serve_rooms(options=LiveOptions(refuse_oversized=True)) as server:
        conversation, participant = await server.open_and_join()
        with pytest.raises(ServiceError) as refusal:
            await conversation.receive(long, sender=participant)
        assert str(refusal.value) == sentence
        assert participant.event_types() == ["system.replica_joined"]


@pytest.mark.parametrize(
    ("options", "most"),
    [(LiveOptions(participants=1), None), (LiveOptions(), 2)],
)
async def test_a_full_room_lets_nobody_in(options: LiveOptions, most: int | None) -> None:
    async with serve_rooms(options=options) as server:
        conversation, participant = await server.open_and_join(max_participants=most)
        with pytest.raises(ServiceError) as refusal:
            conversation.join(RecordingParticipant("late"))
        assert str(refusal.value) == f"the room of {CONVERSATION_ID} is full: 1 participants"
        with pytest.raises(ServiceError) as refusal:
            conversation.join(participant)
        assert str(refusal.value) == "a participant 'guest' is in the room already"
