"""Results of client tools: applied once, to the call whose id they carry, and to no other."""

from __future__ import annotations

import pytest

from pytest_tavus.simulator.rooms.options import LiveOptions
from pytest_tavus.trace.events import ToolResolved
from tests.simulator.rooms.results import list_notes, list_statuses, send_result
from tests.simulator.rooms.room import (
    RecordingParticipant,
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

FIND = script(
    turn("Find.", call("find"), says="It is {result.table}.", on_error="I could not look."),
    turn("Again.", says="It was {results.find.table}."),
)


async def find(participant: RecordingParticipant) -> str:
    """Have a table looked for; return the id of the call."""
    before = len(participant.of_type("conversation.tool_call"))
    await participant.say("Find.")
    await wait_until(lambda: len(participant.of_type("conversation.tool_call")) > before)
    return participant.call_id()


@pytest.mark.fidelity("live.tool_result")
async def test_an_error_is_acknowledged_and_not_quoted() -> None:
    async with serve_rooms(FIND) as server:
        conversation, participant = await server.open_and_join(pal(client_tool()))
        call_id = await find(participant)
        await send_result(participant, call_id, status="error")
        await wait_until(participant.utterances)

        assert participant.utterances() == ["I could not look."]
        assert list_statuses(conversation) == ["error"]


@pytest.mark.fidelity("live.stray_results")
async def test_a_second_result_is_a_duplicate_and_changes_nothing() -> None:
    async with serve_rooms(FIND) as server:
        conversation, participant = await server.open_and_join(pal(client_tool()))
        call_id = await find(participant)
        await send_result(participant, call_id)
        await send_result(participant, call_id, output='{"table": "T9"}')
        await wait_until(participant.utterances)

        assert participant.utterances() == ["It is T4."]
        assert list_notes(conversation) == ["duplicate"]


async def test_a_result_for_no_call_is_unknown_and_changes_nothing() -> None:
    async with serve_rooms(FIND) as server:
        conversation, participant = await server.open_and_join(pal(client_tool()))
        await find(participant)
        await send_result(participant, "call_9")
        await run_pending_tasks()

        assert participant.utterances() == []
        assert list_notes(conversation) == ["unknown id"]


@pytest.mark.fidelity("live.interrupt")
async def test_a_result_for_an_interrupted_turn_is_late() -> None:
    async with serve_rooms(FIND) as server:
        conversation, participant = await server.open_and_join(pal(client_tool()))
        call_id = await find(participant)
        await participant.send("interrupt")
        await send_result(participant, call_id)
        await run_pending_tasks()

        assert participant.utterances() == []
        assert list_notes(conversation) == ["late"]
        (resolved,) = [event for _, event in conversation.trace().of(ToolResolved)]
        assert resolved.status == "unanswered"
        assert resolved.reason == "the caller interrupted the PAL"


async def test_after_an_interrupt_the_next_line_is_replied_to() -> None:
    async with serve_rooms(FIND) as server:
        _, participant = await server.open_and_join(pal(client_tool()))
        await find(participant)
        await participant.send("interrupt")
        await participant.say("Again.")
        await wait_until(participant.utterances)

        assert participant.utterances() == ["I'm sorry, I don't have that information."]


async def test_a_line_gives_up_the_call_that_the_pal_waits_for() -> None:
    async with serve_rooms(FIND) as server:
        conversation, participant = await server.open_and_join(pal(client_tool()))
        call_id = await find(participant)
        await participant.say("Again.")
        await wait_until(participant.utterances)
        await send_result(participant, call_id)

        assert list_notes(conversation) == ["late"]
        assert conversation.trace().turns() == 2


async def test_an_option_lets_a_line_wait_for_the_result() -> None:
    async with serve_rooms(FIND, options=LiveOptions(lines_wait=True)) as server:
        _, participant = await server.open_and_join(pal(client_tool()))
        call_id = await find(participant)
        await participant.say("Again.")
        await run_pending_tasks()
        assert participant.utterances() == []
        await send_result(participant, call_id)
        await wait_until(lambda: len(participant.utterances()) == 2)

        assert participant.utterances() == ["It is T4.", "It was T4."]


async def test_a_line_waits_where_the_result_is_there_already() -> None:
    async with serve_rooms(FIND) as server:
        _, participant = await server.open_and_join(pal(client_tool()))
        call_id = await find(participant)
        await send_result(participant, call_id)
        await participant.say("Again.")
        await wait_until(lambda: len(participant.utterances()) == 2)

        assert participant.utterances() == ["It is T4.", "It was T4."]


@pytest.mark.fidelity("live.tool_window")
async def test_without_a_window_a_call_stays_open_and_is_warned_of_once() -> None:
    async with serve_rooms(FIND) as server:
        conversation, participant = await server.open_and_join(pal(client_tool()))
        call_id = await find(participant)
        await server.clock.advance(9.9)
        assert not conversation.warnings
        await server.clock.advance(40)

        assert conversation.warnings == (f"nobody has answered find ({call_id}) for 10 s",)
        await send_result(participant, call_id)
        await wait_until(participant.utterances)
        assert participant.utterances() == ["It is T4."]


async def test_after_the_window_a_result_is_late_and_the_pal_goes_on() -> None:
    async with serve_rooms(FIND, options=LiveOptions(tool_window=3)) as server:
        conversation, participant = await server.open_and_join(pal(client_tool()))
        call_id = await find(participant)
        await server.clock.advance(3)
        await send_result(participant, call_id)

        assert participant.utterances() == ["I could not look."]
        assert list_notes(conversation) == ["late"]
        (resolved,) = [event for _, event in conversation.trace().of(ToolResolved)]
        assert resolved.reason == "the client did not answer within 3 s"
