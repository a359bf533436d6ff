"""What the script brain knows in later turns, and when it speaks unasked."""

from __future__ import annotations

import pytest

from pytest_tavus.contract.behaviour import OnResolve
from pytest_tavus.scenario.values.model import PlayedLater
from tests.simulator.pal.samples import (
    UNKNOWN,
    CallOutcome,
    ConversationFixture,
    call_then_say,
    tool,
    turn,
    wave,
)

pytestmark = pytest.mark.asyncio


async def test_an_answer_that_failed_is_withheld_in_a_later_turn() -> None:
    fixture = ConversationFixture()
    fixture.dispatcher.replies = {"find": CallOutcome(status="error")}

    told = await fixture.play(call_then_say("Fine."), turn(says="Table {result.table}."))

    assert fixture.list_withheld() == [("result.table", "call_failed", "find")]
    assert told[-1] == UNKNOWN


@pytest.mark.parametrize(
    ("on_resolve", "told"),
    [
        ("generate_response", ["says It was table 7."]),
        ("response_in_result", ["says It was table 7."]),
        ("add_to_context", ["says It was table 7."]),
        ("fire_and_forget", ["withholds result.table: not_in_context", UNKNOWN]),
    ],
)
async def test_a_later_turn_knows_what_is_in_the_context(
    on_resolve: OnResolve, told: list[str]
) -> None:
    fixture = ConversationFixture(tool(on_resolve=on_resolve))

    assert (
        await fixture.play(
            turn(wave("find"), says="Fine."), turn(says="It was table {result.table}.")
        )
        == told
    )


async def test_a_later_turn_reads_the_last_answer_that_is_known() -> None:
    fixture = ConversationFixture(tool("find"), tool("note", on_resolve="fire_and_forget"))

    told = await fixture.play(
        turn(wave("find"), says="Fine."),
        turn(wave("note"), says="Noted."),
        turn(says="Table {result.table}, {result.door}."),
    )

    assert told == ["withholds result.door: missing_path", UNKNOWN]
    assert fixture.list_withheld() == [("result.door", "missing_path", "find")]


async def test_a_turn_with_a_call_of_its_own_does_not_read_an_earlier_answer() -> None:
    fixture = ConversationFixture(tool("find"), tool("note", on_resolve="fire_and_forget"))

    await fixture.play(
        turn(wave("find"), says="Fine."), turn(wave("note"), says="Table {result.table}.")
    )

    assert fixture.list_withheld() == [("result.table", "not_in_context", "note")]


async def test_a_script_without_a_call_ever_made_withholds_without_one() -> None:
    fixture = ConversationFixture()

    told = await fixture.play(turn(says="Table {result.table}."))

    assert fixture.list_withheld() == [("result.table", "missing_path", None)]
    assert told[-1] == UNKNOWN


async def test_a_line_that_comes_unasked_is_said_in_its_time() -> None:
    fixture = ConversationFixture()
    later = PlayedLater(at=(), after=3.0, says="Table {result.table}, for {guests}?")
    await fixture.play(turn(wave("find", guests=2), says="Let me think.", later=later))

    await fixture.conversation.listen(10.0)

    assert fixture.list_events()[-1] == "says Table 7, for 2?"
    assert fixture.trace().entries[-1].at == 3.0


async def test_a_line_that_comes_later_than_anyone_listens_is_not_heard() -> None:
    fixture = ConversationFixture()
    await fixture.play(turn(says="Fine.", later=PlayedLater(at=(), after=3.0, says="Hello?")))

    await fixture.conversation.listen(2.5)

    assert fixture.list_events() == ["says Fine."]


async def test_a_line_that_comes_unasked_knows_what_was_not_waited_for() -> None:
    fixture = ConversationFixture(tool(on_resolve="add_to_context"))
    later = PlayedLater(at=(), after=1.0, says="By the way, table {result.table}.")
    await fixture.play(turn(wave("find"), says="Fine.", later=later))

    await fixture.conversation.listen(1.0)

    assert fixture.list_events()[-1] == "says By the way, table 7."


async def test_a_line_that_comes_unasked_is_withheld_where_it_cannot_be_known() -> None:
    fixture = ConversationFixture(tool(on_resolve="fire_and_forget"))
    later = PlayedLater(at=(), after=1.0, says="By the way, table {result.table}.")
    await fixture.play(turn(wave("find"), says="Fine.", later=later))

    await fixture.conversation.listen(1.0)

    assert fixture.list_events()[-1] == "withholds result.table: not_in_context"


async def test_silence_without_a_line_for_it_stays_silent() -> None:
    fixture = ConversationFixture()
    await fixture.play(turn(says="Fine."))

    await fixture.conversation.listen(60.0)

    assert fixture.list_events() == ["says Fine."]


async def test_silence_before_the_first_line_stays_silent() -> None:
    fixture = ConversationFixture()

    await fixture.conversation.listen(60.0)

    assert fixture.list_events() == []
