"""A conversation that goes on while calls are open, as one does that others take part in."""

from __future__ import annotations

import asyncio

import pytest

from pytest_tavus.scenario.values.model import PlayedLater
from pytest_tavus.trace.events import PalSaid
from tests.simulator.pal.samples import Scene, tool, turn, until, wave

pytestmark = pytest.mark.asyncio


async def replied(scene: Scene, *, says: str) -> list[str]:
    """Reply to a line, and return what happened in the turn."""
    scene.script.add(turn(says=says))
    scene.recorder.turn += 1
    await scene.conversation.reply("A table for two.")
    return scene.told(turn=scene.recorder.turn)


async def test_a_reply_does_not_wait_for_calls_that_the_pal_does_not_wait_for() -> None:
    scene = Scene(tool("note", on_resolve="add_to_context"))
    scene.desk.after = {"note": "go"}
    scene.script.add(turn(wave("note"), says="Noted."))
    await scene.conversation.reply("Note it.")

    assert scene.told() == ["calls note", "says Noted."]
    await scene.conversation.close()


async def test_what_is_answered_between_turns_is_known_in_the_next() -> None:
    scene = Scene(tool("note", on_resolve="add_to_context"))
    scene.desk.after = {"note": "go"}
    scene.script.add(turn(wave("note"), says="Noted."))
    await scene.conversation.reply("Note it.")
    assert await replied(scene, says="Table {results.note.table}.") == [
        "withholds results.note.table: missing_path",
        "says I'm sorry, I don't have that information.",
    ]
    scene.desk.begin("go")
    await until(lambda: "note: success" in scene.told())

    assert await replied(scene, says="Table {results.note.table}.") == ["says Table 7."]


async def test_a_reply_that_is_cut_short_cuts_its_calls_and_the_next_one_is_given() -> None:
    scene = Scene(tool("find"))
    scene.desk.after = {"find": "never"}
    scene.script.add(turn(wave("find"), says="Found."))
    reply = asyncio.create_task(scene.conversation.reply("Find."))
    await until(lambda: "calls find" in scene.told())
    reply.cancel()
    await asyncio.gather(reply, return_exceptions=True)

    assert scene.desk.given_up == ["find"]
    assert await replied(scene, says="Here.") == ["says Here."]


async def test_closing_cuts_what_is_still_open() -> None:
    scene = Scene(tool("note", on_resolve="fire_and_forget"))
    scene.desk.after = {"note": "never"}
    scene.script.add(turn(wave("note"), says="Noted."))
    await scene.conversation.reply("Note it.")
    await until(lambda: "note" in scene.desk.begun)
    await scene.conversation.close()

    assert scene.desk.given_up == ["note"]


async def test_an_echo_is_said_with_the_id_it_was_given_or_one_of_its_own() -> None:
    scene = Scene()
    scene.conversation.echo("Good {day}.", "i1")
    scene.conversation.echo("Bye.")

    first, second = [event for _, event in scene.trace().of(PalSaid)]
    assert (first.text, first.inference_id) == ("Good {day}.", "i1")
    assert second.inference_id not in {None, "i1"}


async def test_a_greeting_that_is_given_wins_over_the_pals_own() -> None:
    scene = Scene(greeting="Hello.")
    scene.conversation.greet("Welcome back.")
    scene.conversation.greet()

    assert scene.told() == ["says Welcome back.", "says Hello."]


async def test_what_is_said_unasked_is_of_the_turn_that_is_over() -> None:
    scene = Scene()
    assert scene.conversation.next_unprompted() is None
    unasked = PlayedLater(at=(), after=3, says="Still there?")
    scene.script.add(turn(says="Here.", later=unasked))
    await scene.conversation.reply("A table.")

    later = scene.conversation.next_unprompted()
    assert later is not None
    scene.conversation.say_unprompted(later)
    assert (later.after, scene.told()[-1]) == (3, "says Still there?")
