"""Answers that come later than their turn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.simulator.rooms.options import LiveOptions
from tests.simulator.rooms.results import list_notes, list_statuses, send_result
from tests.simulator.rooms.room import (
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


async def test_a_call_that_nobody_waits_for_may_be_answered_turns_later() -> None:
    note = client_tool("note", on_resolve="add_to_context")
    scenario = script(
        turn("Note it.", call("note"), says="Noted."),
        turn("And?", says="As you know."),
        turn("So?", says="It says {results.note.text}."),
    )
    async with serve_rooms(scenario) as server:
        conversation, participant = await server.open_and_join(pal(note))
        for line in ("Note it.", "And?"):
            await participant.say(line)
            await run_pending_tasks()
        await send_result(participant, participant.call_id(), output={"text": "x"})
        await run_pending_tasks()
        await participant.say("So?")
        await wait_until(lambda: len(participant.utterances()) == 3)

        assert participant.utterances() == ["Noted.", "As you know.", "It says x."]
        assert list_notes(conversation) == []


async def test_the_oldest_of_too_many_open_calls_drops_out() -> None:
    note = client_tool("note", on_resolve="fire_and_forget")
    scenario = script(turn("Note.", call("note"), call("note"), call("note"), says="Noted."))
    async with serve_rooms(scenario, options=LiveOptions(open_calls=2)) as server:
        conversation, participant = await server.open_and_join(pal(note))
        await participant.say("Note.")
        await wait_until(participant.utterances)
        for number in range(3):
            await send_result(participant, participant.call_id(number))
        await run_pending_tasks()

        assert list_notes(conversation) == ["late"]
        assert sorted(list_statuses(conversation)) == ["success", "success", "unanswered"]


def several(names: tuple[str, ...]) -> Scenario:
    asked = " ".join(f"{{results.{name}.n}}" for name in names)
    return script(turn("Go.", *(call(name) for name in names), says=asked))


async def test_results_in_any_order_reach_their_own_calls() -> None:
    names = ("one", "two", "three")
    async with serve_rooms(several(names)) as server:
        _, participant = await server.open_and_join(pal(*(client_tool(name) for name in names)))
        await participant.say("Go.")
        await wait_until(lambda: len(participant.of_type("conversation.tool_call")) == 3)
        for number in (2, 0, 1):
            output = {"n": str(number)}
            await send_result(participant, participant.call_id(number), output=output)
        await wait_until(participant.utterances)

        assert participant.utterances() == ["0 1 2"]


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=12))
async def test_each_call_takes_its_first_result(answers: list[tuple[int, bool]]) -> None:
    names = ("one", "two", "three")
    async with serve_rooms(several(names)) as server:
        conversation, participant = await server.open_and_join(
            pal(*(client_tool(name) for name in names))
        )
        await participant.say("Go.")
        await wait_until(lambda: len(participant.of_type("conversation.tool_call")) == 3)
        first: dict[int, int] = {}
        for position, (number, unknown) in enumerate(answers):
            known = number < 3 and not unknown
            call_id = participant.call_id(number) if known else f"call_{number}"
            output = {"n": str(position)}
            await send_result(participant, call_id, output=output)
            if known:
                first.setdefault(number, position)
        await run_pending_tasks()

        words = [" ".join(str(first[number]) for number in range(3))] if len(first) == 3 else []
        assert participant.utterances() == words
        notes = list_notes(conversation)
        assert len(notes) == len(answers) - len(first)
        assert notes.count("unknown id") == sum(n > 2 or odd for n, odd in answers)
