"""Lines, interruptions, echoes and contexts: what a client may do to a conversation."""

from __future__ import annotations

import asyncio

import pytest

from pytest_tavus.errors import ServiceError
from pytest_tavus.simulator.rooms.options import LiveOptions
from pytest_tavus.trace.events import AppMessage
from tests.simulator.rooms.listener import Listener
from tests.simulator.rooms.room import house, pal, said, settled, until

pytestmark = pytest.mark.asyncio


async def test_lines_are_replied_to_one_after_the_other() -> None:
    brain = Listener()
    async with house(brains=(lambda _: brain,)) as home:
        _, guest = await home.joined()
        for text in ("one", "two", "three"):
            await guest.say(text)
        await until(lambda: len(guest.spoken()) == 3)

        utterances = guest.of("conversation.utterance")
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
    brain = Listener(hold=asyncio.Event())
    async with house(brains=(lambda _: brain,), options=LiveOptions(waiting_lines=2)) as home:
        _, guest = await home.joined()
        for text in ("one", "two", "three"):
            await guest.say(text)
        with pytest.raises(ServiceError) as refusal:
            await guest.say("four")
        assert str(refusal.value) == (
            "2 lines are waiting for the PAL to reply; the new line is refused"
        )
        assert brain.hold is not None
        brain.hold.set()
        await until(lambda: len(guest.spoken()) == 3)
        assert guest.spoken()[-1] == "You said three"


@pytest.mark.fidelity("live.echo")
async def test_an_echo_is_said_word_for_word() -> None:
    async with house() as home:
        _, guest = await home.joined()
        await guest.send("echo", text="Good {day}.", inference_id="i1")

        (heard,) = guest.of("conversation.utterance")
        assert heard["properties"] == {"role": "replica", "speech": "Good {day}."}
        assert (heard["inference_id"], heard["turn_idx"]) == ("i1", 0)


async def test_an_echo_of_audio_is_taken_and_not_heard() -> None:
    async with house() as home:
        conversation, guest = await home.joined()
        await guest.send("echo", modality="audio", audio="AAAA")

        assert guest.spoken() == []
        (_, kept), *_ = conversation.trace().of(AppMessage)
        assert (kept.event_type, kept.note) == ("conversation.echo", None)


@pytest.mark.fidelity("live.context")
async def test_the_pal_knows_the_context_as_it_stands() -> None:
    brain = Listener()
    async with house(brains=(lambda _: brain,)) as home:
        conversation, guest = await home.joined(pal(context="A shop."), context="A regular.")
        for message in (
            said("respond", text="one"),
            said("append_llm_context", context="It rains."),
            said("respond", text="two"),
            said("overwrite_llm_context", context="A bar."),
            said("respond", text="three"),
        ):
            await conversation.receive(message, sender=guest)
            await settled()

        assert brain.contexts == ["A shop.\nA regular.", "A shop.\nA regular.\nIt rains.", "A bar."]


async def test_a_refused_message_changes_nothing() -> None:
    async with house() as home:
        conversation, guest = await home.joined()
        before = len(conversation.trace())
        with pytest.raises(ServiceError):
            await conversation.receive(said("respond", "c9", text="Hi."), sender=guest)
        await settled()

        assert len(conversation.trace()) == before
        assert guest.types() == ["system.replica_joined"]
