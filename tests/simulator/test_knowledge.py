"""What a scripted PAL may say: only what it knows, and why it keeps silent about the rest."""

from __future__ import annotations

import pytest

from pytest_tavus.contract.behaviour import OnResolve
from pytest_tavus.scenario.model import CallExpectation, PlayedCall, PlayedLater, Turn
from pytest_tavus.trace.events import ToolStatus
from tests.simulator.samples import Reply, Scene, expected, tool, turn, wave

pytestmark = pytest.mark.asyncio

UNKNOWN = "says I'm sorry, I don't have that information."


def reads(says: str, *waves: tuple[PlayedCall, ...]) -> Turn:
    return turn(*(waves or (wave("find"),)), says=says)


async def test_the_reply_reads_the_last_answer() -> None:
    assert (await Scene().play(reads("Table {result.table}.")))[-1] == "says Table 7."


async def test_a_reply_that_is_one_placeholder_is_said_as_json() -> None:
    assert (await Scene().play(reads("{result}")))[-1] == 'says {"table": 7}'


async def test_the_reply_reads_answers_by_tool() -> None:
    scene = Scene(tool("find"), tool("weather"))
    scene.desk.replies = {"weather": Reply(output='{"now": "mild"}')}

    told = await scene.play(
        reads(
            "{results.find.table}, {results.weather.now}, {result.now}",
            wave("find"),
            wave("weather"),
        )
    )

    assert told[-1] == "says 7, mild, mild"


async def test_the_reply_reads_the_arguments_of_its_turn() -> None:
    told = await Scene().play(reads("For {guests}.", wave("find", guests=2)))

    assert told[-1] == "says For 2."


async def test_the_reply_reads_the_arguments_of_an_earlier_turn() -> None:
    told = await Scene().play(
        reads("Fine.", wave("find", guests=2)),
        turn(says="I said for {guests}."),
    )

    assert told == ["says I said for 2."]


async def test_the_latest_arguments_of_a_name_win() -> None:
    told = await Scene().play(
        reads("Fine.", wave("find", guests=2)),
        reads("For {guests}.", wave("find", guests=3)),
    )

    assert told[-1] == "says For 3."


async def test_words_beside_a_call_read_its_arguments() -> None:
    told = await Scene(tool(on_call="passthrough")).play(
        turn(wave("find", guests=2), before="For {guests}, let me see.", says="Fine.")
    )

    assert told[:2] == ["says For 2, let me see.", "calls find"]


async def test_words_beside_a_call_are_withheld_where_they_cannot_be_known() -> None:
    scene = Scene(tool(on_call="passthrough"))

    told = await scene.play(turn(wave("find"), before="Table {saved.table}.", says="Fine."))

    assert told == [
        "withholds saved.table: missing_path",
        "calls find",
        "find: success",
        "says Fine.",
    ]


async def test_a_later_call_reads_an_earlier_answer() -> None:
    scene = Scene(tool("find"), tool("book"))

    await scene.play(turn(wave("find"), wave("book", table="{result.table}"), says="Booked."))

    assert [call.arguments for _, call in scene.trace().calls()] == ["{}", '{"table": 7}']


async def test_a_call_is_not_made_where_an_argument_cannot_be_known() -> None:
    scene = Scene(tool("find"), tool("book"))

    told = await scene.play(turn(wave("find"), wave("book", name="{result.name}"), says="Fine."))

    assert told == ["calls find", "find: success", "withholds result.name: missing_path"]


async def test_the_reply_reads_what_was_saved_and_the_environment() -> None:
    scene = Scene(scope={"saved": {"name": "Ada"}, "env": {"SHOP": "north"}})

    assert await scene.play(turn(says="{saved.name}, {env.SHOP}")) == ["says Ada, north"]


@pytest.mark.parametrize(
    ("says", "path"),
    [
        ("At {result.time}.", "result.time"),
        ("At {results.find.time}.", "results.find.time"),
        ("At {result.table.time}.", "result.table.time"),
        ("At {result[0]}.", "result[0]"),
    ],
)
async def test_a_value_that_the_answer_has_not_is_withheld(says: str, path: str) -> None:
    scene = Scene()

    told = await scene.play(reads(says))

    assert scene.withheld() == [(path, "missing_path", "find")]
    assert told[-1] == UNKNOWN


@pytest.mark.parametrize("on_resolve", ["fire_and_forget", "add_to_context"])
async def test_an_answer_that_was_not_waited_for_is_withheld(on_resolve: OnResolve) -> None:
    scene = Scene(tool(on_resolve=on_resolve))

    told = await scene.play(reads("Table {result.table}."))

    assert scene.withheld() == [("result.table", "not_in_context", "find")]
    assert UNKNOWN in told


@pytest.mark.parametrize("status", ["error", "timeout", "unanswered"])
async def test_an_answer_that_failed_is_acknowledged_and_not_withheld(status: ToolStatus) -> None:
    scene = Scene()
    scene.desk.replies = {"find": Reply(status=status)}

    told = await scene.play(reads("Table {result.table}."))

    assert scene.withheld() == []
    assert told[-1] == "says I'm sorry, that did not work."


async def test_what_else_is_missing_is_withheld_although_the_call_failed() -> None:
    scene = Scene()
    scene.desk.replies = {"find": Reply(status="error")}

    await scene.play(reads("Table {saved.table}."))

    assert scene.withheld() == [("saved.table", "missing_path", "find")]


async def test_an_answer_that_failed_is_withheld_in_a_later_turn() -> None:
    scene = Scene()
    scene.desk.replies = {"find": Reply(status="error")}

    told = await scene.play(reads("Fine."), turn(says="Table {result.table}."))

    assert scene.withheld() == [("result.table", "call_failed", "find")]
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
    scene = Scene(tool(on_resolve=on_resolve))

    assert (
        await scene.play(
            turn(wave("find"), says="Fine."), turn(says="It was table {result.table}.")
        )
        == told
    )


async def test_a_later_turn_reads_the_last_answer_that_is_known() -> None:
    scene = Scene(tool("find"), tool("note", on_resolve="fire_and_forget"))

    told = await scene.play(
        turn(wave("find"), says="Fine."),
        turn(wave("note"), says="Noted."),
        turn(says="Table {result.table}, {result.door}."),
    )

    assert told == ["withholds result.door: missing_path", UNKNOWN]
    assert scene.withheld() == [("result.door", "missing_path", "find")]


async def test_a_turn_with_a_call_of_its_own_does_not_read_an_earlier_answer() -> None:
    scene = Scene(tool("find"), tool("note", on_resolve="fire_and_forget"))

    await scene.play(
        turn(wave("find"), says="Fine."), turn(wave("note"), says="Table {result.table}.")
    )

    assert scene.withheld() == [("result.table", "not_in_context", "note")]


async def test_a_script_without_a_call_ever_made_withholds_without_one() -> None:
    scene = Scene()

    told = await scene.play(turn(says="Table {result.table}."))

    assert scene.withheld() == [("result.table", "missing_path", None)]
    assert told[-1] == UNKNOWN


async def test_a_line_that_comes_unasked_is_said_in_its_time() -> None:
    scene = Scene()
    later = PlayedLater(at=(), after=3.0, says="Table {result.table}, for {guests}?")
    await scene.play(turn(wave("find", guests=2), says="Let me think.", later=later))

    await scene.conversation.listen(10.0)

    assert scene.told()[-1] == "says Table 7, for 2?"
    assert scene.trace().entries[-1].at == 3.0


async def test_a_line_that_comes_later_than_anyone_listens_is_not_heard() -> None:
    scene = Scene()
    await scene.play(turn(says="Fine.", later=PlayedLater(at=(), after=3.0, says="Hello?")))

    await scene.conversation.listen(2.5)

    assert scene.told() == ["says Fine."]


async def test_a_line_that_comes_unasked_knows_what_was_not_waited_for() -> None:
    scene = Scene(tool(on_resolve="add_to_context"))
    later = PlayedLater(at=(), after=1.0, says="By the way, table {result.table}.")
    await scene.play(turn(wave("find"), says="Fine.", later=later))

    await scene.conversation.listen(1.0)

    assert scene.told()[-1] == "says By the way, table 7."


async def test_a_line_that_comes_unasked_is_withheld_where_it_cannot_be_known() -> None:
    scene = Scene(tool(on_resolve="fire_and_forget"))
    later = PlayedLater(at=(), after=1.0, says="By the way, table {result.table}.")
    await scene.play(turn(wave("find"), says="Fine.", later=later))

    await scene.conversation.listen(1.0)

    assert scene.told()[-1] == "withholds result.table: not_in_context"


async def test_silence_without_a_line_for_it_stays_silent() -> None:
    scene = Scene()
    await scene.play(turn(says="Fine."))

    await scene.conversation.listen(60.0)

    assert scene.told() == ["says Fine."]


async def test_silence_before_the_first_line_stays_silent() -> None:
    scene = Scene()

    await scene.conversation.listen(60.0)

    assert scene.told() == []


async def test_an_expected_call_is_made_with_what_it_expects() -> None:
    scene = Scene(scope={"saved": {"table": 7}})
    call = CallExpectation(at=(), tool="find", arguments={"table": "{saved.table}", "ask": "{{x}}"})

    await scene.play(turn(calls=expected(call), says="Fine."))

    (made,) = (call.arguments for _, call in scene.trace().calls())
    assert made == '{"table": 7, "ask": "{x}"}'
