"""Several calls: at the same time, one after the other, given up, and one too many."""

from __future__ import annotations

import asyncio

import pytest

from pytest_tavus.scenario.values.model import CallExpectation, Times
from pytest_tavus.simulator.pal.brain import CallIntent, Inference
from pytest_tavus.simulator.pal.conversation import MAX_INFERENCES
from pytest_tavus.trace.events import ToolCalled, ToolResolved
from tests.simulator.pal.samples import (
    SECONDS,
    CallOutcome,
    ConversationFixture,
    FixedBrain,
    expected,
    tool,
    turn,
    wait_until,
    wave,
)

pytestmark = pytest.mark.asyncio


async def test_the_calls_of_one_wave_are_in_flight_at_the_same_time() -> None:
    fixture = ConversationFixture(tool("tables"), tool("weather"))
    fixture.dispatcher.after = {"tables": "weather", "weather": "tables"}

    told = await fixture.play(turn(wave("tables", "weather"), says="Both are fine."))

    assert told[:2] == ["calls tables", "calls weather"]
    assert sorted(told[2:4]) == ["tables: success", "weather: success"]
    assert told[4:] == ["says Both are fine."]


async def test_the_calls_of_one_wave_are_of_one_inference() -> None:
    fixture = ConversationFixture(tool("tables"), tool("weather"))

    await fixture.play(turn(wave("tables", "weather"), wave("tables"), says="Fine."))

    first, second, third = (call.inference_id for _, call in fixture.trace().calls())
    assert first == second
    assert third not in {first, None}


async def test_answers_belong_to_their_calls_whatever_the_order_they_come_in() -> None:
    fixture = ConversationFixture(tool("tables"), tool("weather"))
    fixture.dispatcher.replies = {
        "tables": CallOutcome(output='"7"'),
        "weather": CallOutcome(output='"mild"'),
    }
    fixture.dispatcher.after = {"tables": "weather"}

    told = await fixture.play(
        turn(wave("tables", "weather"), says="{results.tables}, {results.weather}, {result}")
    )

    assert told == [
        "calls tables",
        "calls weather",
        "weather: success",
        "tables: success",
        "says 7, mild, mild",
    ]
    made = {call.call_id: call.name for _, call in fixture.trace().of(ToolCalled)}
    answers = {made[each.call_id]: each.output for _, each in fixture.trace().of(ToolResolved)}
    assert answers == {"tables": '"7"', "weather": '"mild"'}


async def test_a_wave_is_called_when_the_one_before_is_answered() -> None:
    fixture = ConversationFixture(tool("tables"), tool("book"))

    told = await fixture.play(turn(wave("tables"), wave("book"), says="Booked."))

    assert told == [
        "calls tables",
        "tables: success",
        "calls book",
        "book: success",
        "says Booked.",
    ]


async def test_a_wave_that_nobody_waits_for_does_not_hold_up_the_next() -> None:
    fixture = ConversationFixture(tool("note", on_resolve="fire_and_forget"), tool("book"))
    fixture.dispatcher.after = {"note": "book"}

    told = await fixture.play(turn(wave("note"), wave("book"), says="Booked."))

    assert told[:2] == ["calls note", "calls book"]
    assert sorted(told[2:]) == ["book: success", "note: success", "says Booked."]


async def test_a_turn_is_over_only_when_the_last_call_is_answered() -> None:
    fixture = ConversationFixture(tool("note", on_resolve="fire_and_forget"))
    fixture.dispatcher.after = {"note": "the test"}
    fixture.script.add(turn(wave("note"), says="Noted."))

    hearing = asyncio.create_task(fixture.conversation.hear("Note it."))
    await wait_until(lambda: len(fixture.list_events()) == 2)
    assert fixture.list_events() == ["calls note", "says Noted."]
    assert not hearing.done()

    fixture.dispatcher.start("the test")
    async with asyncio.timeout(SECONDS):
        await hearing
    assert fixture.list_events()[-1] == "note: success"


async def test_every_answer_is_said_word_for_word_in_the_order_of_the_calls() -> None:
    fixture = ConversationFixture(
        tool("tables", on_resolve="response_in_result"),
        tool("weather", on_resolve="response_in_result"),
    )
    fixture.dispatcher.replies = {
        "tables": CallOutcome(output="Table 7."),
        "weather": CallOutcome(output="Mild."),
    }
    fixture.dispatcher.after = {"tables": "weather"}

    told = await fixture.play(turn(wave("tables", "weather"), says="Never said."))

    assert [line for line in told if line.startswith("says")] == ["says Table 7.", "says Mild."]


async def test_a_filler_is_said_once_for_calls_made_together() -> None:
    fixture = ConversationFixture(
        tool("tables", on_call="static_filler"), tool("book", on_call="static_filler")
    )

    told = await fixture.play(turn(wave("tables", "book"), says="Fine."))

    assert told[:3] == ["says One moment.", "calls tables", "calls book"]
    assert told.count("says One moment.") == 1


async def test_words_beside_the_calls_are_those_of_the_first_wave() -> None:
    fixture = ConversationFixture(
        tool("tables", on_call="passthrough"), tool("book", on_call="passthrough")
    )

    told = await fixture.play(turn(wave("tables"), wave("book"), before="Well.", says="Fine."))

    assert told.count("says Well.") == 1
    assert told[0] == "says Well."


async def test_expected_calls_are_made_one_after_the_other() -> None:
    fixture = ConversationFixture(tool("tables"), tool("book"))
    calls = expected(CallExpectation(at=(), tool="tables"), CallExpectation(at=(), tool="book"))

    told = await fixture.play(turn(calls=calls, says="Fine."))

    assert told[:4] == ["calls tables", "tables: success", "calls book", "book: success"]


async def test_calls_expected_in_any_order_are_made_together() -> None:
    fixture = ConversationFixture(tool("tables"), tool("book"))
    fixture.dispatcher.after = {"tables": "book", "book": "tables"}
    group = expected(
        CallExpectation(at=(), tool="tables"),
        CallExpectation(at=(), tool="book"),
        ordered=False,
    )

    told = await fixture.play(turn(calls=expected(group), says="Fine."))

    assert told[:2] == ["calls tables", "calls book"]


@pytest.mark.parametrize(
    ("times", "made"),
    [(Times(), 1), (Times(minimum=3, maximum=None), 3), (Times(minimum=0, maximum=2), 0)],
)
async def test_a_call_is_made_as_often_as_it_is_expected_at_least(times: Times, made: int) -> None:
    fixture = ConversationFixture()
    calls = expected(CallExpectation(at=(), tool="find", times=times))

    told = await fixture.play(turn(calls=calls, says="Fine."))

    assert told.count("calls find") == made


async def test_a_call_of_an_unknown_tool_is_made_without_waiting() -> None:
    fixture = ConversationFixture(tool("tables"))
    fixture.dispatcher.replies = {"tabels": CallOutcome(status="unanswered")}

    told = await fixture.play(turn(wave("tabels"), says="Hm."))

    assert told == ["calls tabels", "says Hm.", "tabels: unanswered"]


async def test_a_model_that_never_stops_calling_is_stopped() -> None:
    model = FixedBrain(Inference(calls=(CallIntent(tool="find"),)))
    fixture = ConversationFixture(brain=model)

    told = await fixture.play(turn())

    assert told.count("calls find") == MAX_INFERENCES
    assert told[-1] == ("fault of agent: the PAL called tools 32 times in one turn and was stopped")
    assert [moment.step for moment in model.moments] == list(range(MAX_INFERENCES))


async def test_a_script_may_call_as_often_as_it_says() -> None:
    fixture = ConversationFixture()

    told = await fixture.play(turn(*[wave("find")] * (MAX_INFERENCES + 1), says="At last."))

    assert told.count("calls find") == MAX_INFERENCES + 1
    assert told[-1] == "says At last."


async def test_a_model_that_waited_is_asked_again_with_what_it_heard() -> None:
    model = FixedBrain(Inference(calls=(CallIntent(tool="find"),)), Inference(words="Table 7."))
    fixture = ConversationFixture(brain=model)

    told = await fixture.play(turn())

    assert told == ["calls find", "find: success", "says Table 7."]
    (answer,) = model.moments[1].answers
    assert (answer.tool, answer.status, answer.known) == ("find", "success", True)
    assert answer.output == '{"table": 7}'


async def test_a_model_that_does_not_wait_is_asked_again_without_the_answer() -> None:
    model = FixedBrain(Inference(calls=(CallIntent(tool="find"),)), Inference(words="Noted."))
    fixture = ConversationFixture(tool(on_resolve="add_to_context"), brain=model)

    await fixture.play(turn(), turn())

    (during,) = model.moments[1].answers
    assert (during.status, during.known, during.output) == (None, False, "")
    (later,) = model.moments[2].earlier_answers
    assert (later.status, later.known, later.output) == ("success", True, '{"table": 7}')


async def test_a_turn_that_is_cut_short_leaves_no_delivery_behind() -> None:
    fixture = ConversationFixture(tool("tables"), tool("note", on_resolve="fire_and_forget"))
    fixture.dispatcher.after = {"tables": "never", "note": "never"}
    fixture.script.add(turn(wave("tables", "note"), says="Fine."))
    hearing = asyncio.create_task(fixture.conversation.hear("Two, please."))
    await wait_until(lambda: {"tables", "note"} <= fixture.dispatcher.started.keys())
    before = asyncio.all_tasks()

    hearing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hearing

    assert sorted(fixture.dispatcher.given_up) == ["note", "tables"]
    left = before & asyncio.all_tasks()
    assert left == {asyncio.current_task()}
