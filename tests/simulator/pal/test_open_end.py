"""A conversation that goes on while calls are open, as one does that others take part in."""

from __future__ import annotations

import asyncio

import pytest

from pytest_tavus.scenario.values.model import PlayedLater
from pytest_tavus.trace.events import PalSaid
from tests.simulator.pal.samples import ConversationFixture, tool, turn, wait_until, wave

pytestmark = pytest.mark.asyncio


async def replied(fixture: ConversationFixture, *, says: str) -> list[str]:
    """Reply to a line, and return what happened in the turn."""
    fixture.script.add(turn(says=says))
    fixture.recorder.turn += 1
    await fixture.conversation.reply("A table for two.")
    return fixture.list_events(turn=fixture.recorder.turn)


async def test_a_reply_does_not_wait_for_calls_that_the_pal_does_not_wait_for() -> None:
    fixture = ConversationFixture(tool("note", on_resolve="add_to_context"))
    fixture.dispatcher.after = {"note": "go"}
    fixture.script.add(turn(wave("note"), says="Noted."))
    await fixture.conversation.reply("Note it.")

    assert fixture.list_events() == ["calls note", "says Noted."]
    await fixture.conversation.close()


async def test_an_answer_between_turns_is_known_in_the_next_turn() -> None:
    fixture = ConversationFixture(tool("note", on_resolve="add_to_context"))
    fixture.dispatcher.after = {"note": "go"}
    fixture.script.add(turn(wave("note"), says="Noted."))
    await fixture.conversation.reply("Note it.")
    assert await replied(fixture, says="Table {results.note.table}.") == [
        "withholds results.note.table: missing_path",
        "says I'm sorry, I don't have that information.",
    ]
    fixture.dispatcher.start("go")
    await wait_until(lambda: "note: success" in fixture.list_events())

    assert await replied(fixture, says="Table {results.note.table}.") == ["says Table 7."]


async def test_a_reply_that_is_cut_short_cuts_its_calls_and_the_next_one_is_given() -> None:
    fixture = ConversationFixture(tool("find"))
    fixture.dispatcher.after = {"find": "never"}
    fixture.script.add(turn(wave("find"), says="Found."))
    reply = asyncio.create_task(fixture.conversation.reply("Find."))
    await wait_until(lambda: "calls find" in fixture.list_events())
    reply.cancel()
    await asyncio.gather(reply, return_exceptions=True)

    assert fixture.dispatcher.given_up == ["find"]
    assert await replied(fixture, says="Here.") == ["says Here."]


async def test_closing_cuts_what_is_still_open() -> None:
    fixture = ConversationFixture(tool("note", on_resolve="fire_and_forget"))
    fixture.dispatcher.after = {"note": "never"}
    fixture.script.add(turn(wave("note"), says="Noted."))
    await fixture.conversation.reply("Note it.")
    await wait_until(lambda: "note" in fixture.dispatcher.started)
    await fixture.conversation.close()

    assert fixture.dispatcher.given_up == ["note"]


async def test_an_echo_is_said_with_the_id_it_was_given_or_one_of_its_own() -> None:
    fixture = ConversationFixture()
    fixture.conversation.echo("Good {day}.", "i1")
    fixture.conversation.echo("Bye.")

    first, second = [event for _, event in fixture.trace().of(PalSaid)]
    assert (first.text, first.inference_id) == ("Good {day}.", "i1")
    assert second.inference_id not in {None, "i1"}


async def test_a_greeting_that_is_given_wins_over_the_pals_own() -> None:
    fixture = ConversationFixture(greeting="Hello.")
    fixture.conversation.greet("Welcome back.")
    fixture.conversation.greet()

    assert fixture.list_events() == ["says Welcome back.", "says Hello."]


async def test_an_unprompted_line_belongs_to_the_turn_that_is_over() -> None:
    fixture = ConversationFixture()
    assert fixture.conversation.next_unprompted() is None
    unasked = PlayedLater(at=(), after=3, says="Still there?")
    fixture.script.add(turn(says="Here.", later=unasked))
    await fixture.conversation.reply("A table.")

    later = fixture.conversation.next_unprompted()
    assert later is not None
    fixture.conversation.say_unprompted(later)
    assert (later.after, fixture.list_events()[-1]) == (3, "says Still there?")
