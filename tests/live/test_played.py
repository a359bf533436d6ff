"""Which scenario's turn answers a line, when nobody knows what will be said next."""

from __future__ import annotations

import pytest

from pytest_tavus.contract.pal import Pal
from pytest_tavus.scenario.model import CallExpectation, CallGroup, Turn
from pytest_tavus.simulator.speech import Lines
from pytest_tavus.trace.events import Fault
from tests.live.room import House, api_tool, call, house, pal, script, turn
from tests.simulator.far import Far, ok

pytestmark = pytest.mark.asyncio

UNSCRIPTED = Lines().unscripted

ORDER = script(turn("Order?", says="Late."), turn("When?", says="At six."), name="order")
TABLE = script(turn("Table?", says="Free."), turn("When?", says="At eight."), name="table")


async def replies(home: House, *lines: str) -> list[str]:
    conversation = await home.open()
    return [(await conversation.respond(line, within=5)).text for line in lines]


async def faults(home: House) -> list[str]:
    return [fault.message for _, fault in home.held().trace().of(Fault)]


async def test_the_scenario_that_begins_with_the_line_is_followed() -> None:
    async with house(ORDER, TABLE) as home:
        assert await replies(home, "Table?", "When?") == ["Free.", "At eight."]


async def test_a_line_that_none_begins_with_is_the_first_ones() -> None:
    async with house(ORDER, TABLE) as home:
        assert await replies(home, "Hm?", "And then?") == ["Late.", "At six."]


async def test_another_scenario_takes_over_where_its_line_is_heard() -> None:
    async with house(ORDER, TABLE) as home:
        assert await replies(home, "Order?", " Table? ", "When?") == ["Late.", "Free.", "At eight."]


async def test_where_two_go_on_with_the_line_the_followed_one_does() -> None:
    async with house(ORDER, TABLE) as home:
        heard = await replies(home, "Table?", "Order?", "When?", "When?")
        assert heard == ["Free.", "Late.", "At six.", "At eight."]


async def test_when_the_script_is_over_a_plain_line_is_said_and_why_is_recorded() -> None:
    async with house(ORDER) as home:
        heard = await replies(home, "Order?", "When?", "And?", "Order?")

        assert heard == ["Late.", "At six.", UNSCRIPTED, UNSCRIPTED]
        reason = "the script 'order' is over, and no other begins with this line"
        assert await faults(home) == [f"{reason}; a plain line is said"] * 2


async def test_without_a_script_a_plain_line_is_said_and_why_is_recorded() -> None:
    async with house() as home:
        assert await replies(home, "Order?") == [UNSCRIPTED]
        assert await faults(home) == ["no scenario is a script of this PAL; a plain line is said"]


async def test_a_script_that_is_offered_meanwhile_is_taken_up() -> None:
    async with house() as home:
        conversation = await home.open()
        await conversation.respond("Order?", within=5)
        home.scripts.add(ORDER)
        assert (await conversation.respond("Order?", within=5)).text == "Late."


async def test_a_script_is_its_own_pals() -> None:
    ours = script(turn("Order?", says="Ours."), pal=Pal(pal_name="Ada"))
    theirs = script(turn("Order?", says="Theirs."), pal=Pal(pal_name="Bob"))
    async with house(theirs, ours) as home:
        assert await replies(home, "Order?") == ["Ours."]


async def test_the_conversations_own_script_wins() -> None:
    async with house(ORDER) as home:
        conversation = await home.open(script=script(turn("Order?", says="Mine.")))
        assert (await conversation.respond("Order?", within=5)).text == "Mine."


async def test_a_script_that_several_conversations_follow_is_at_its_own_place_in_each() -> None:
    async with house(ORDER) as home:
        one = await home.open(conversation_id="c1")
        other = await home.open(conversation_id="c2")
        assert (await one.respond("Order?", within=5)).text == "Late."
        assert (await one.respond("When?", within=5)).text == "At six."
        assert (await other.respond("Order?", within=5)).text == "Late."


async def test_without_plays_the_expected_calls_are_made_and_a_plain_line_is_said() -> None:
    far = Far(lambda _: ok({"table": "T4"}))
    expected = CallExpectation(at=(), tool="find", arguments={"seats": 2})
    asked = Turn(at=(), user="Find.", calls=CallGroup(at=(), ordered=True, members=(expected,)))
    async with house(script(asked), handler=far) as home:
        conversation = await home.open(pal(api_tool()))
        assert (await conversation.respond("Find.", within=5)).text == "table: T4"
        assert far.asked[0].arguments == {"seats": 2}


async def test_values_are_kept_for_later_lines_and_their_own_recognition() -> None:
    far = Far(lambda _: ok({"table": "T4"}))
    kept = CallExpectation(at=(), tool="find", save={"table": "result.table"})
    scenario = script(
        Turn(at=(), user="Find.", calls=CallGroup(at=(), ordered=True, members=(kept,))),
        turn("Is {saved.table} free?", says="{saved.table} is, {env.NAME}."),
    )
    other = script(turn("Hm?", says="Hm."))
    async with house(other, scenario, handler=far, env={"NAME": "dear"}) as home:
        conversation = await home.open(pal(api_tool()))
        assert (await conversation.respond("Find.", within=5)).text == "table: T4"
        assert (await conversation.respond("Hm?", within=5)).text == "Hm."
        assert (await conversation.respond("Is T4 free?", within=5)).text == "T4 is, dear."


async def test_what_a_turn_keeps_is_there_in_the_next() -> None:
    far = Far(lambda _: ok({"table": "T4"}))
    first = Turn(
        at=(),
        user="Find.",
        plays=turn("Find.", call("find"), says="Found.").plays,
        save={"table": "result.table"},
    )
    async with house(script(first, turn("Which?", says="{saved.table}.")), handler=far) as home:
        conversation = await home.open(pal(api_tool()))
        await conversation.respond("Find.", within=5)
        assert (await conversation.respond("Which?", within=5)).text == "T4."
