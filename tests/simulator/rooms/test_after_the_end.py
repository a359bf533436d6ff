"""Objectives, guardrails, perception, limits, and what an end leaves behind."""

from __future__ import annotations

import asyncio
from typing import Any, get_args

import pytest

from pytest_tavus.contract.pal.objective import Guardrail, Objective, ObjectiveSet
from pytest_tavus.errors import ServiceError
from pytest_tavus.simulator.pal.brain import Brain
from pytest_tavus.simulator.rooms.opening import EndReason, Opening
from pytest_tavus.simulator.rooms.options import CallbackOptions, LiveOptions
from pytest_tavus.trace.events import Fault
from tests.simulator.pal.fake_handler import FakeHandler, ok
from tests.simulator.rooms.room import (
    CALLBACK_URL,
    CONVERSATION_ID,
    END_REASON,
    SHORT_TIMERS,
    api_tool,
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


@pytest.mark.parametrize("shape", ["flat", "nested"])
@pytest.mark.fidelity("live.objective_callbacks")
async def test_the_callback_of_an_objective_has_its_variables_and_notfound_for_missing_ones(
    shape: Any,
) -> None:
    objective = Objective(
        objective_name="email", objective_prompt="Ask.", output_variables=("email", "phone")
    )
    options = LiveOptions(callbacks=CallbackOptions(objective_shape=shape))
    async with serve_rooms(options=options) as server:
        definition = pal(objectives=ObjectiveSet(data=(objective,)))
        conversation = await server.open(definition, callback_url=CALLBACK_URL)
        conversation.complete_objective("email", {"email": "a@example.com"})
        await conversation.wait_until_finished()

        fields = {
            "objective_name": "email",
            "output_variables": {"email": "a@example.com", "phone": "NOTFOUND"},
        }
        head = {
            "conversation_id": CONVERSATION_ID,
            "event_type": "conversation.objective.completed",
        }
        nested = {**head, "message_type": "application", "properties": fields}
        assert server.callbacks.delivered[-1] == (
            CALLBACK_URL,
            {**head, **fields} if shape == "flat" else nested,
        )


async def test_the_callback_of_a_guardrail_goes_to_its_own_url() -> None:
    own = "http://127.0.0.1:9/guard"
    guardrail = Guardrail(guardrail_name="price", guardrail_prompt="None.", callback_url=own)
    async with serve_rooms() as server:
        conversation = await server.open(pal(guardrails=(guardrail,)))
        conversation.trigger_guardrail("price")
        await conversation.wait_until_finished()

        ((url, body),) = server.callbacks.delivered
        assert (url, body["guardrail_name"]) == (own, "price")


async def test_unknown_objectives_and_guardrails_are_refused() -> None:
    async with serve_rooms() as server:
        conversation = await server.open()
        with pytest.raises(ServiceError) as refusal:
            conversation.complete_objective("email", {})
        assert str(refusal.value) == "the PAL has no objective 'email'; it has: none"
        with pytest.raises(ServiceError) as refusal:
            conversation.trigger_guardrail("price")
        assert str(refusal.value) == "the PAL has no guardrail 'price'; it has: none"


@pytest.mark.fidelity("live.perception_tools")
@pytest.mark.parametrize(
    ("origin", "properties"),
    [
        ("audio", {"modality": "audio", "arguments": '{"mood": "calm"}'}),
        (
            "vision",
            {
                "modality": "vision",
                "arguments": {"mood": "calm"},
                "frames": [{"data": "AAAA", "mime_type": "image/jpeg"}],
            },
        ),
    ],
)
async def test_a_perception_call_has_the_shape_of_its_modality(
    origin: str, properties: dict[str, Any]
) -> None:
    tool = client_tool("sense", origin=origin, on_call=None, on_resolve=None)
    async with serve_rooms() as server:
        conversation, participant = await server.open_and_join(pal(tool))
        frame = {"data": "AAAA", "mime_type": "image/jpeg"}
        await conversation.perceive("sense", {"mood": "calm"}, frames=(frame,))

        (message,) = participant.of_type("conversation.perception_tool_call")
        assert message["properties"] == {"name": "sense", **properties}
        with pytest.raises(ServiceError) as refusal:
            await conversation.perceive("smell", {})
        assert str(refusal.value) == "the PAL has no vision or audio tool 'smell'; it has: sense"


async def test_a_perception_tool_may_be_delivered_over_http() -> None:
    handler = FakeHandler(lambda _: ok({}))
    async with serve_rooms(handler=handler) as server:
        conversation, participant = await server.open_and_join(
            pal(api_tool("sense", origin="audio"))
        )
        await conversation.perceive("sense", {"mood": "calm"})
        await wait_until(lambda: handler.calls)

        assert handler.calls[0].arguments == {"mood": "calm"}
        assert participant.event_types() == ["system.replica_joined"]


async def test_a_brain_that_cannot_be_opened_ends_the_conversation_before_it_begins() -> None:
    def none(opening: Opening) -> Brain:
        message = f"no model for {opening.pal_id}"
        raise ServiceError(message)

    async with serve_rooms(brains=(none,)) as server:
        conversation = await server.open()

        assert conversation.status == "ended"
        reason = "exception_encountered_during_conversation_startup"
        assert conversation.shutdown_reason == reason
        assert reason in get_args(EndReason)
        (_, fault), *_ = conversation.trace().of(Fault)
        assert fault.message == "no model for p1"


async def test_the_pal_says_nothing_after_the_end() -> None:
    scenario = script(turn("Find.", call("find"), says="Found."), turn("So?", says="So."))
    async with serve_rooms(scenario) as server:
        _, participant = await server.open_and_join(pal(client_tool()))
        await participant.say("Find.")
        await wait_until(lambda: participant.of_type("conversation.tool_call"))
        await server.conversations.end(CONVERSATION_ID, END_REASON)
        await run_pending_tasks()

        assert server.conversations.count_active() == 0
        assert participant.utterances() == []


async def test_the_end_leaves_no_task_behind_when_a_participant_leaves_meanwhile() -> None:
    note = client_tool("note", on_resolve="fire_and_forget")
    scenario = script(turn("Note.", call("note"), says="Noted.", later="Still there?"))
    async with serve_rooms(scenario, options=LiveOptions(heartbeat=1)) as server:
        before = asyncio.all_tasks()
        conversation, participant = await server.open_and_join(
            pal(note), timers=SHORT_TIMERS, callback_url=CALLBACK_URL
        )
        await participant.say("Note.")
        await wait_until(participant.utterances)
        ending = asyncio.create_task(conversation.end(END_REASON))
        await asyncio.sleep(0)
        conversation.leave(participant)
        await ending
        await conversation.wait_until_finished()
        await run_pending_tasks()

        assert asyncio.all_tasks() == before


async def test_the_conversations_that_have_not_ended_are_counted() -> None:
    async with serve_rooms() as server:
        for number in range(3):
            await server.open(conversation_id=f"c{number}")
        assert server.conversations.count_active() == 3
        await server.conversations.end("c1", END_REASON)
        await server.conversations.end("c9", END_REASON)
        assert server.conversations.count_active() == 2
        assert server.conversations.get("c9") is None
        await server.conversations.close()
        assert (server.conversations.count_active(), server.conversations.get("c0")) == (0, None)
