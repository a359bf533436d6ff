"""Answers that come later than their turn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.simulator.rooms.options import LiveOptions
from tests.simulator.rooms.results import answer, outcomes, strays
from tests.simulator.rooms.room import call, client_tool, house, pal, script, settled, turn, until

pytestmark = pytest.mark.asyncio


async def test_a_call_that_nobody_waits_for_may_be_answered_turns_later() -> None:
    note = client_tool("note", on_resolve="add_to_context")
    scenario = script(
        turn("Note it.", call("note"), says="Noted."),
        turn("And?", says="As you know."),
        turn("So?", says="It says {results.note.text}."),
    )
    async with house(scenario) as home:
        conversation, guest = await home.joined(pal(note))
        for line in ("Note it.", "And?"):
            await guest.say(line)
            await settled()
        await answer(guest, guest.call_id(), output={"text": "x"})
        await settled()
        await guest.say("So?")
        await until(lambda: len(guest.spoken()) == 3)

        assert guest.spoken() == ["Noted.", "As you know.", "It says x."]
        assert strays(conversation) == []


async def test_the_oldest_of_too_many_open_calls_drops_out() -> None:
    note = client_tool("note", on_resolve="fire_and_forget")
    scenario = script(turn("Note.", call("note"), call("note"), call("note"), says="Noted."))
    async with house(scenario, options=LiveOptions(open_calls=2)) as home:
        conversation, guest = await home.joined(pal(note))
        await guest.say("Note.")
        await until(guest.spoken)
        for number in range(3):
            await answer(guest, guest.call_id(number))
        await settled()

        assert strays(conversation) == ["late"]
        assert sorted(outcomes(conversation)) == ["success", "success", "unanswered"]


def several(names: tuple[str, ...]) -> Scenario:
    asked = " ".join(f"{{results.{name}.n}}" for name in names)
    return script(turn("Go.", *(call(name) for name in names), says=asked))


async def test_results_in_any_order_reach_their_own_calls() -> None:
    names = ("one", "two", "three")
    async with house(several(names)) as home:
        _, guest = await home.joined(pal(*(client_tool(name) for name in names)))
        await guest.say("Go.")
        await until(lambda: len(guest.of("conversation.tool_call")) == 3)
        for number in (2, 0, 1):
            output = {"n": str(number)}
            await answer(guest, guest.call_id(number), output=output)
        await until(guest.spoken)

        assert guest.spoken() == ["0 1 2"]


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=12))
async def test_each_call_takes_its_first_result(answers: list[tuple[int, bool]]) -> None:
    names = ("one", "two", "three")
    async with house(several(names)) as home:
        conversation, guest = await home.joined(pal(*(client_tool(name) for name in names)))
        await guest.say("Go.")
        await until(lambda: len(guest.of("conversation.tool_call")) == 3)
        first: dict[int, int] = {}
        for position, (number, unknown) in enumerate(answers):
            known = number < 3 and not unknown
            call_id = guest.call_id(number) if known else f"call_{number}"
            output = {"n": str(position)}
            await answer(guest, call_id, output=output)
            if known:
                first.setdefault(number, position)
        await settled()

        words = [" ".join(str(first[number]) for number in range(3))] if len(first) == 3 else []
        assert guest.spoken() == words
        notes = strays(conversation)
        assert len(notes) == len(answers) - len(first)
        assert notes.count("unknown id") == sum(n > 2 or odd for n, odd in answers)
