"""What a scripted PAL may say: only what it knows, and why it keeps silent about the rest."""

from __future__ import annotations

import pytest

from pytest_tavus.contract.behaviour import OnResolve
from pytest_tavus.scenario.values.model import CallExpectation
from pytest_tavus.trace.events import ToolStatus
from tests.simulator.pal.samples import (
    UNKNOWN,
    CallOutcome,
    ConversationFixture,
    call_then_say,
    expected,
    tool,
    turn,
    wave,
)

pytestmark = pytest.mark.asyncio


async def test_the_reply_reads_the_last_answer() -> None:
    assert (await ConversationFixture().play(call_then_say("Table {result.table}.")))[
        -1
    ] == "says Table 7."


async def test_a_reply_that_is_one_placeholder_is_said_as_json() -> None:
    assert (await ConversationFixture().play(call_then_say("{result}")))[-1] == 'says {"table": 7}'


async def test_the_reply_reads_answers_by_tool() -> None:
    fixture = ConversationFixture(tool("find"), tool("weather"))
    fixture.dispatcher.replies = {"weather": CallOutcome(output='{"now": "mild"}')}

    told = await fixture.play(
        call_then_say(
            "{results.find.table}, {results.weather.now}, {result.now}",
            wave("find"),
            wave("weather"),
        )
    )

    assert told[-1] == "says 7, mild, mild"


async def test_the_reply_reads_the_arguments_of_its_turn() -> None:
    told = await ConversationFixture().play(call_then_say("For {guests}.", wave("find", guests=2)))

    assert told[-1] == "says For 2."


async def test_the_reply_reads_the_arguments_of_an_earlier_turn() -> None:
    told = await ConversationFixture().play(
        call_then_say("Fine.", wave("find", guests=2)),
        turn(says="I said for {guests}."),
    )

    assert told == ["says I said for 2."]


async def test_the_latest_arguments_of_a_name_win() -> None:
    told = await ConversationFixture().play(
        call_then_say("Fine.", wave("find", guests=2)),
        call_then_say("For {guests}.", wave("find", guests=3)),
    )

    assert told[-1] == "says For 3."


async def test_words_beside_a_call_read_its_arguments() -> None:
    told = await ConversationFixture(tool(on_call="passthrough")).play(
        turn(wave("find", guests=2), before="For {guests}, let me see.", says="Fine.")
    )

    assert told[:2] == ["says For 2, let me see.", "calls find"]


async def test_words_beside_a_call_are_withheld_where_they_cannot_be_known() -> None:
    fixture = ConversationFixture(tool(on_call="passthrough"))

    told = await fixture.play(turn(wave("find"), before="Table {saved.table}.", says="Fine."))

    assert told == [
        "withholds saved.table: missing_path",
        "calls find",
        "find: success",
        "says Fine.",
    ]


async def test_a_later_call_reads_an_earlier_answer() -> None:
    fixture = ConversationFixture(tool("find"), tool("book"))

    await fixture.play(turn(wave("find"), wave("book", table="{result.table}"), says="Booked."))

    assert [call.arguments for _, call in fixture.trace().calls()] == ["{}", '{"table": 7}']


async def test_a_call_is_not_made_where_an_argument_cannot_be_known() -> None:
    fixture = ConversationFixture(tool("find"), tool("book"))

    told = await fixture.play(turn(wave("find"), wave("book", name="{result.name}"), says="Fine."))

    assert told == ["calls find", "find: success", "withholds result.name: missing_path"]


async def test_the_reply_reads_what_was_saved_and_the_environment() -> None:
    fixture = ConversationFixture(scope={"saved": {"name": "Ada"}, "env": {"SHOP": "north"}})

    assert await fixture.play(turn(says="{saved.name}, {env.SHOP}")) == ["says Ada, north"]


@pytest.mark.parametrize(
    ("says", "path"),
    [
        ("At {result.time}.", "result.time"),
        ("At {results.find.time}.", "results.find.time"),
        ("At {result.table.time}.", "result.table.time"),
        ("At {result[0]}.", "result[0]"),
    ],
)
async def test_a_value_missing_from_the_answer_is_withheld(says: str, path: str) -> None:
    fixture = ConversationFixture()

    told = await fixture.play(call_then_say(says))

    assert fixture.list_withheld() == [(path, "missing_path", "find")]
    assert told[-1] == UNKNOWN


@pytest.mark.parametrize("on_resolve", ["fire_and_forget", "add_to_context"])
async def test_an_answer_that_was_not_waited_for_is_withheld(on_resolve: OnResolve) -> None:
    fixture = ConversationFixture(tool(on_resolve=on_resolve))

    told = await fixture.play(call_then_say("Table {result.table}."))

    assert fixture.list_withheld() == [("result.table", "not_in_context", "find")]
    assert UNKNOWN in told


@pytest.mark.parametrize("status", ["error", "timeout", "unanswered"])
async def test_an_answer_that_failed_is_acknowledged_and_not_withheld(status: ToolStatus) -> None:
    fixture = ConversationFixture()
    fixture.dispatcher.replies = {"find": CallOutcome(status=status)}

    told = await fixture.play(call_then_say("Table {result.table}."))

    assert fixture.list_withheld() == []
    assert told[-1] == "says I'm sorry, that did not work."


async def test_a_missing_value_of_another_root_is_withheld_although_the_call_failed() -> None:
    fixture = ConversationFixture()
    fixture.dispatcher.replies = {"find": CallOutcome(status="error")}

    await fixture.play(call_then_say("Table {saved.table}."))

    assert fixture.list_withheld() == [("saved.table", "missing_path", "find")]


async def test_an_expected_call_is_made_with_what_it_expects() -> None:
    fixture = ConversationFixture(scope={"saved": {"table": 7}})
    call = CallExpectation(at=(), tool="find", arguments={"table": "{saved.table}", "ask": "{{x}}"})

    await fixture.play(turn(calls=expected(call), says="Fine."))

    (made,) = (call.arguments for _, call in fixture.trace().calls())
    assert made == '{"table": 7, "ask": "{x}"}'
