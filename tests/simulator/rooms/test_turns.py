"""Lines, interruptions, echoes and contexts: what a client may do to a conversation."""

from __future__ import annotations

import asyncio

import pytest

from pytest_tavus.errors import ServiceError
from pytest_tavus.simulator.rooms.options import LiveOptions
from pytest_tavus.trace.events import AppMessage
from tests.simulator.rooms.echo_brain import EchoBrain
from tests.simulator.rooms.room import (
    build_app_message,
    pal,
    run_pending_tasks,
    serve_rooms,
    wait_until,
)

pytestmark = pytest.mark.asyncio


async def test_lines_are_replied_to_one_after_the_other() -> None:
    brain = EchoBrain()
    async with serve_rooms(brains=(lambda _: brain,)) as server:
        _, participant = await server.open_and_join()
        for text in ("one", "two", "three"):
            await participant.say(text)
        await wait_until(lambda: len(participant.utterances()) == 3)

        utterances = participant.of_type("conversation.utterance")
        assert [each["properties"]["speech"] for each in utterances] == [
            "one",
            "You said one",
            "two",
            "You said two",
            "three",
            "You said three",
        ]
        assert [each["turn_idx"] for each in utterances] == [1, 1, 2, 2, 3, 3]


async def test_too_many_waiting_lines_are_refused_and_the_others_replied_to() -> None:
    brain = EchoBrain(hold=asyncio.Event())
    async with serve_rooms(
        brains=(lambda _: brain,), options=LiveOptions(waiting_lines=2)
    ) as server:
        _, participant = await server.open_and_join()
        for text in ("one", "two", "three"):
            await participant.say(text)
        with pytest.raises(ServiceError) as refusal:
            await participant.say("four")
        assert str(refusal.value) == (
            "2 lines are waiting for the PAL to reply; the new line is refused"
        )
        assert brain.hold is not None
        brain.hold.set()
        await wait_until(lambda: len(participant.utterances()) == 3)
        assert participant.utterances()[-1] == "You said three"


@pytest.mark.fidelity("live.echo")
async def test_an_echo_is_said_word_for_word() -> None:
    async with serve_rooms() as server:
        _, participant = await server.open_and_join()
        await participant.send("echo", text="Good {day}.", inference_id="i1")

        (heard,) = participant.of_type("conversation.utterance")
        assert heard["properties"] == {"role": "replica", "speech": "Good {day}."}
        assert (heard["inference_id"], heard["turn_idx"]) == ("i1", 0)


async def test_an_echo_of_audio_is_accepted_and_not_heard() -> None:
    async with serve_rooms() as server:
        conversation, participant = await server.open_and_join()
        await participant.send("echo", modality="audio", audio="AAAA")

        assert participant.utterances() == []
        (_, kept), *_ = conversation.trace().of(AppMessage)
        assert (kept.event_type, kept.note) == ("conversation.echo", None)


@pytest.mark.fidelity("live.context")
async def test_the_brain_receives_the_current_context() -> None:
    brain = EchoBrain()
    async with serve_rooms(brains=(lambda _: brain,)) as server:
        conversation, participant = await server.open_and_join(
            pal(context="A shop."), context="A regular."
        )
        for message in (
            build_app_message("respond", text="one"),
            build_app_message("append_llm_context", context="It rains."),
            build_app_message("respond", text="two"),
            build_app_message("overwrite_llm_context", context="A bar."),
            build_app_message("respond", text="three"),
        ):
            await conversation.receive(message, sender=participant)
            await run_pending_tasks()

        assert brain.contexts == ["A shop.\nA regular.", "A shop.\nA regular.\nIt rains.", "A bar."]


async def test_a_refused_message_changes_nothing() -> None:
    async with serve_rooms() as server:
        conversation, participant = await server.open_and_join()
        before = len(conversation.trace())
        with pytest.raises(ServiceError):
            await conversation.receive(
                build_app_message("respond", "c9", text="Hi."), sender=participant
            )
        await run_pending_tasks()

        assert len(conversation.trace()) == before
        assert participant.event_types() == ["system.replica_joined"]
