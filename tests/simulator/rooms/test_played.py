"""Which scenario's turn answers a line, when nobody knows what will be said next."""

from __future__ import annotations

import pytest

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.scenario.values.model import CallExpectation, CallGroup, Scenario, Turn
from pytest_tavus.simulator.pal.speech import Lines
from pytest_tavus.trace.events import Fault
from tests.simulator.pal.fake_handler import FakeHandler, ok
from tests.simulator.rooms.room import (
    CONVERSATION_ID,
    RoomServer,
    api_tool,
    call,
    pal,
    script,
    serve_rooms,
    turn,
    wait_until,
)

pytestmark = pytest.mark.asyncio

UNSCRIPTED = Lines().unscripted

ORDER = script(turn("Order?", says="Late."), turn("When?", says="At six."), name="order")
TABLE = script(turn("Table?", says="Free."), turn("When?", says="At eight."), name="table")


async def replies(server: RoomServer, *lines: str) -> list[str]:
    conversation = await server.open()
    return [(await conversation.respond(line, within=5)).text for line in lines]


async def faults(server: RoomServer) -> list[str]:
    return [fault.message for _, fault in server.opened().trace().of(Fault)]


async def test_the_scenario_that_begins_with_the_line_is_played() -> None:
    async with serve_rooms(ORDER, TABLE) as server:
        assert await replies(server, "Table?", "When?") == ["Free.", "At eight."]


def booking() -> Scenario:
    """A script whose first line books, and whose second cancels."""
    return script(
        turn("Book it.", call("find", seats=2), says="Booked."),
        turn("Cancel it.", call("find", seats=0), says="Cancelled."),
        name="booking",
    )


async def test_an_unexpected_line_makes_no_call() -> None:
    handler = FakeHandler(lambda _: ok({}))
    async with serve_rooms(booking(), handler=handler) as server:
        conversation = await server.open(pal(api_tool()))
        heard = [await conversation.respond(line, within=5) for line in ("Hm?", "Cancel it.")]
        asked = len(handler.calls)
        booked = await conversation.respond("Book it.", within=5)
        other = await conversation.respond("What now?", within=5)
        cancelled = await conversation.respond("Cancel it.", within=5)

    expects = "no script has this line next: 'booking' expects {!r}; a plain line is said"
    assert [(each.status, each.text) for each in heard] == [("ready", UNSCRIPTED)] * 2
    assert [each.warning for each in heard] == [expects.format("Book it.")] * 2
    assert (asked, len(handler.calls)) == (0, 2)
    assert (booked.text, booked.warning) == ("Booked.", None)
    assert (other.text, other.warning) == (UNSCRIPTED, expects.format("Cancel it."))
    assert (cancelled.text, cancelled.warning) == ("Cancelled.", None)
    assert list(conversation.warnings) == [each.warning for each in (*heard, other)]


async def test_room_log_and_warnings_report_a_line_without_a_script(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with serve_rooms(booking()) as server:
        conversation, participant = await server.open_and_join(pal(api_tool()))
        await participant.say("Hm?")
        await wait_until(participant.utterances)
        (told,) = participant.of_type("simulator.error")

    sentence = "no script has this line next: 'booking' expects 'Book it.'; a plain line is said"
    assert participant.utterances() == [UNSCRIPTED]
    assert told["properties"] == {"message": sentence}
    assert told["message_type"] == "simulator"
    assert conversation.warnings == (sentence,)
    assert [record.getMessage() for record in caplog.records] == [f"{CONVERSATION_ID}: {sentence}"]


async def test_the_first_line_may_be_a_greeting_in_other_words() -> None:
    async with serve_rooms(ORDER, TABLE) as server:
        assert await replies(server, "Hm?", "And then?", "When?") == [
            "Late.",
            UNSCRIPTED,
            "At six.",
        ]
        (warning,) = server.opened().warnings

    assert warning.startswith(
        "no script has this line next: 'order' expects 'When?', 'table' expects 'Table?';"
    )


async def test_a_later_line_must_match_a_script_exactly() -> None:
    late = script(turn("Hello?", says="Hi."), name="late")
    async with serve_rooms() as server:
        conversation = await server.open()
        await conversation.respond("Hm?", within=5)
        server.scripts.add(late)
        assert (await conversation.respond("Hm?", within=5)).text == UNSCRIPTED
        assert (await conversation.respond("Hello?", within=5)).text == "Hi."


@pytest.mark.parametrize("expected", [None, "none"])
async def test_only_a_turn_that_makes_no_call_is_a_greeting(expected: str | None) -> None:
    members = () if expected == "none" else (CallExpectation(at=(), tool="find"),)
    asked = Turn(at=(), user="Find.", calls=CallGroup(at=(), ordered=True, members=members))
    handler = FakeHandler(lambda _: ok({}))
    async with serve_rooms(script(asked, name="one"), handler=handler) as server:
        conversation = await server.open(pal(api_tool()))
        reply = await conversation.respond("Hm?", within=5)

    assert handler.calls == []
    assert reply.status == ("silent" if expected == "none" else "ready")


async def test_the_fault_lists_three_scripts_and_counts_the_others() -> None:
    scripts = (script(turn(f"Line {n}?", call("find"), says="x"), name=f"s{n}") for n in range(5))
    async with serve_rooms(*scripts) as server:
        conversation = await server.open()
        warning = (await conversation.respond("Hm?", within=5)).warning

    assert warning is not None
    assert "'s2' expects 'Line 2?', and 2 more;" in warning
    assert "s3" not in warning


async def test_in_loose_order_any_line_is_answered_by_the_next_turn() -> None:
    handler = FakeHandler(lambda _: ok({}))
    async with serve_rooms(booking(), handler=handler, order="loose") as server:
        conversation = await server.open(pal(api_tool()))
        found = [await conversation.respond(line, within=5) for line in ("Hm?", "And?", "More?")]

    assert [each.text for each in found] == ["Booked.", "Cancelled.", UNSCRIPTED]
    assert [each.warning for each in found][:2] == [None, None]
    assert len(handler.calls) == 2


async def test_the_conversations_own_script_answers_any_words() -> None:
    async with serve_rooms() as server:
        conversation = await server.open(script=ORDER)
        found = [(await conversation.respond(line, within=5)).text for line in ("a", "b")]

    assert found == ["Late.", "At six."]


async def test_another_scenario_takes_over_when_the_caller_says_its_line() -> None:
    async with serve_rooms(ORDER, TABLE) as server:
        assert await replies(server, "Order?", " Table? ", "When?") == [
            "Late.",
            "Free.",
            "At eight.",
        ]


async def test_the_current_scenario_wins_when_two_expect_the_line() -> None:
    async with serve_rooms(ORDER, TABLE) as server:
        heard = await replies(server, "Table?", "Order?", "When?", "When?")
        assert heard == ["Free.", "Late.", "At six.", "At eight."]


async def test_when_the_script_is_over_a_plain_line_is_said_and_why_is_recorded() -> None:
    async with serve_rooms(ORDER) as server:
        heard = await replies(server, "Order?", "When?", "And?", "Order?")

        assert heard == ["Late.", "At six.", UNSCRIPTED, UNSCRIPTED]
        reason = "the script 'order' is over, and no other begins with this line"
        assert await faults(server) == [f"{reason}; a plain line is said"] * 2


async def test_without_a_script_a_plain_line_is_said_and_why_is_recorded() -> None:
    async with serve_rooms() as server:
        assert await replies(server, "Order?") == [UNSCRIPTED]
        assert await faults(server) == ["no scenario is a script of this PAL; a plain line is said"]


async def test_a_script_that_is_added_during_a_conversation_is_played() -> None:
    async with serve_rooms() as server:
        conversation = await server.open()
        await conversation.respond("Order?", within=5)
        server.scripts.add(ORDER)
        assert (await conversation.respond("Order?", within=5)).text == "Late."


async def test_a_script_of_one_pal_is_not_played_by_another() -> None:
    ours = script(turn("Order?", says="Ours."), pal=Pal(pal_name="Ada"))
    theirs = script(turn("Order?", says="Theirs."), pal=Pal(pal_name="Bob"))
    async with serve_rooms(theirs, ours) as server:
        assert await replies(server, "Order?") == ["Ours."]


async def test_the_conversations_own_script_wins() -> None:
    async with serve_rooms(ORDER) as server:
        conversation = await server.open(script=script(turn("Order?", says="Mine.")))
        assert (await conversation.respond("Order?", within=5)).text == "Mine."


async def test_each_conversation_has_its_own_position_in_a_shared_script() -> None:
    async with serve_rooms(ORDER) as server:
        one = await server.open(conversation_id="c1")
        other = await server.open(conversation_id="c2")
        assert (await one.respond("Order?", within=5)).text == "Late."
        assert (await one.respond("When?", within=5)).text == "At six."
        assert (await other.respond("Order?", within=5)).text == "Late."


async def test_without_plays_the_expected_calls_are_made_and_a_plain_line_is_said() -> None:
    handler = FakeHandler(lambda _: ok({"table": "T4"}))
    expected = CallExpectation(at=(), tool="find", arguments={"seats": 2})
    asked = Turn(at=(), user="Find.", calls=CallGroup(at=(), ordered=True, members=(expected,)))
    async with serve_rooms(script(asked), handler=handler) as server:
        conversation = await server.open(pal(api_tool()))
        assert (await conversation.respond("Find.", within=5)).text == "table: T4"
        assert handler.calls[0].arguments == {"seats": 2}


async def test_saved_values_fill_later_lines_and_the_lines_of_the_caller() -> None:
    handler = FakeHandler(lambda _: ok({"table": "T4"}))
    kept = CallExpectation(at=(), tool="find", save={"table": "result.table"})
    scenario = script(
        Turn(at=(), user="Find.", calls=CallGroup(at=(), ordered=True, members=(kept,))),
        turn("Is {saved.table} free?", says="{saved.table} is, {env.NAME}."),
    )
    other = script(turn("Hm?", says="Hm."))
    async with serve_rooms(other, scenario, handler=handler, env={"NAME": "dear"}) as server:
        conversation = await server.open(pal(api_tool()))
        assert (await conversation.respond("Find.", within=5)).text == "table: T4"
        assert (await conversation.respond("Hm?", within=5)).text == "Hm."
        assert (await conversation.respond("Is T4 free?", within=5)).text == "T4 is, dear."


async def test_a_value_that_a_turn_saves_is_known_in_the_next() -> None:
    handler = FakeHandler(lambda _: ok({"table": "T4"}))
    first = Turn(
        at=(),
        user="Find.",
        plays=turn("Find.", call("find"), says="Found.").plays,
        save={"table": "result.table"},
    )
    async with serve_rooms(
        script(first, turn("Which?", says="{saved.table}.")), handler=handler
    ) as server:
        conversation = await server.open(pal(api_tool()))
        await conversation.respond("Find.", within=5)
        assert (await conversation.respond("Which?", within=5)).text == "T4."
