"""Results of client tools: applied once, to the call whose id they carry, and to no other."""

from __future__ import annotations

import pytest

from pytest_tavus.simulator.rooms.options import LiveOptions
from pytest_tavus.trace.events import ToolResolved
from tests.simulator.rooms.results import answer, outcomes, strays
from tests.simulator.rooms.room import (
    Guest,
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

FIND = script(
    turn("Find.", call("find"), says="It is {result.table}.", on_error="I could not look."),
    turn("Again.", says="It was {results.find.table}."),
)


async def find(guest: Guest) -> str:
    """Have a table looked for; return the id of the call."""
    before = len(guest.of("conversation.tool_call"))
    await guest.say("Find.")
    await until(lambda: len(guest.of("conversation.tool_call")) > before)
    return guest.call_id()


@pytest.mark.fidelity("live.tool_result")
async def test_an_error_is_acknowledged_and_not_quoted() -> None:
    async with house(FIND) as home:
        conversation, guest = await home.joined(pal(client_tool()))
        call_id = await find(guest)
        await answer(guest, call_id, status="error")
        await until(guest.spoken)

        assert guest.spoken() == ["I could not look."]
        assert outcomes(conversation) == ["error"]


@pytest.mark.fidelity("live.stray_results")
async def test_a_second_result_is_a_duplicate_and_changes_nothing() -> None:
    async with house(FIND) as home:
        conversation, guest = await home.joined(pal(client_tool()))
        call_id = await find(guest)
        await answer(guest, call_id)
        await answer(guest, call_id, output='{"table": "T9"}')
        await until(guest.spoken)

        assert guest.spoken() == ["It is T4."]
        assert strays(conversation) == ["duplicate"]


async def test_a_result_for_no_call_is_unknown_and_changes_nothing() -> None:
    async with house(FIND) as home:
        conversation, guest = await home.joined(pal(client_tool()))
        await find(guest)
        await answer(guest, "call_9")
        await settled()

        assert guest.spoken() == []
        assert strays(conversation) == ["unknown id"]


@pytest.mark.fidelity("live.interrupt")
async def test_a_result_for_an_interrupted_turn_is_late() -> None:
    async with house(FIND) as home:
        conversation, guest = await home.joined(pal(client_tool()))
        call_id = await find(guest)
        await guest.send("interrupt")
        await answer(guest, call_id)
        await settled()

        assert guest.spoken() == []
        assert strays(conversation) == ["late"]
        (resolved,) = [event for _, event in conversation.trace().of(ToolResolved)]
        assert resolved.status == "unanswered"
        assert resolved.reason == "the caller interrupted the PAL"


async def test_after_an_interrupt_the_next_line_is_replied_to() -> None:
    async with house(FIND) as home:
        _, guest = await home.joined(pal(client_tool()))
        await find(guest)
        await guest.send("interrupt")
        await guest.say("Again.")
        await until(guest.spoken)

        assert guest.spoken() == ["I'm sorry, I don't have that information."]


async def test_a_line_gives_up_the_call_that_the_pal_waits_for() -> None:
    async with house(FIND) as home:
        conversation, guest = await home.joined(pal(client_tool()))
        call_id = await find(guest)
        await guest.say("Again.")
        await until(guest.spoken)
        await answer(guest, call_id)

        assert strays(conversation) == ["late"]
        assert conversation.trace().turns() == 2


async def test_a_line_can_be_made_to_wait_for_the_result() -> None:
    async with house(FIND, options=LiveOptions(lines_wait=True)) as home:
        _, guest = await home.joined(pal(client_tool()))
        call_id = await find(guest)
        await guest.say("Again.")
        await settled()
        assert guest.spoken() == []
        await answer(guest, call_id)
        await until(lambda: len(guest.spoken()) == 2)

        assert guest.spoken() == ["It is T4.", "It was T4."]


async def test_a_line_waits_where_the_result_is_there_already() -> None:
    async with house(FIND) as home:
        _, guest = await home.joined(pal(client_tool()))
        call_id = await find(guest)
        await answer(guest, call_id)
        await guest.say("Again.")
        await until(lambda: len(guest.spoken()) == 2)

        assert guest.spoken() == ["It is T4.", "It was T4."]


@pytest.mark.fidelity("live.tool_window")
async def test_without_a_window_a_call_stays_open_and_is_warned_of_once() -> None:
    async with house(FIND) as home:
        conversation, guest = await home.joined(pal(client_tool()))
        call_id = await find(guest)
        await home.clock.advance(9.9)
        assert not conversation.warnings
        await home.clock.advance(40)

        assert conversation.warnings == (f"nobody has answered find ({call_id}) for 10 s",)
        await answer(guest, call_id)
        await until(guest.spoken)
        assert guest.spoken() == ["It is T4."]


async def test_after_the_window_a_result_is_late_and_the_pal_goes_on() -> None:
    async with house(FIND, options=LiveOptions(tool_window=3)) as home:
        conversation, guest = await home.joined(pal(client_tool()))
        call_id = await find(guest)
        await home.clock.advance(3)
        await answer(guest, call_id)

        assert guest.spoken() == ["I could not look."]
        assert strays(conversation) == ["late"]
        (resolved,) = [event for _, event in conversation.trace().of(ToolResolved)]
        assert resolved.reason == "the client did not answer within 3 s"
