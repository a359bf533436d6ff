"""What a simulated PAL says around one call, in every cell of `on_call` and `on_resolve`."""

from __future__ import annotations

import itertools
from typing import get_args

import pytest

from pytest_tavus.contract.behaviour import Behaviour, OnCall, OnResolve
from pytest_tavus.trace.events import ToolStatus
from tests.simulator.pal.samples import CallOutcome, ConversationFixture, tool, turn, wave

pytestmark = pytest.mark.asyncio

ON_CALLS: tuple[OnCall, ...] = get_args(OnCall)
ON_RESOLVES: tuple[OnResolve, ...] = get_args(OnResolve)
STATUSES: tuple[ToolStatus, ...] = get_args(ToolStatus)

BEFORE: dict[OnCall, list[str]] = {
    "generate_filler": ["says Let me see."],
    "static_filler": ["says One moment."],
    "silent": [],
    "passthrough": ["says Let me see."],
}
SORRY = "says I'm sorry, that did not work."
AFTER: dict[tuple[OnResolve, ToolStatus], list[str]] = {
    ("generate_response", "success"): ["find: success", "says Table 7."],
    ("generate_response", "error"): ["find: error", SORRY],
    ("generate_response", "timeout"): ["find: timeout", SORRY],
    ("generate_response", "unanswered"): ["find: unanswered", SORRY],
    ("response_in_result", "success"): ["find: success", 'says {"table": 7}'],
    ("response_in_result", "error"): ["find: error", SORRY],
    ("response_in_result", "timeout"): ["find: timeout", SORRY],
    ("response_in_result", "unanswered"): ["find: unanswered"],
    # Who does not wait replies first, and never hears what came of it.
    ("add_to_context", "success"): ["says And your name?", "find: success"],
    ("add_to_context", "error"): ["says And your name?", "find: error"],
    ("add_to_context", "timeout"): ["says And your name?", "find: timeout"],
    ("add_to_context", "unanswered"): ["says And your name?", "find: unanswered"],
    ("fire_and_forget", "success"): ["says And your name?", "find: success"],
    ("fire_and_forget", "error"): ["says And your name?", "find: error"],
    ("fire_and_forget", "timeout"): ["says And your name?", "find: timeout"],
    ("fire_and_forget", "unanswered"): ["says And your name?", "find: unanswered"],
}
REPLY: dict[OnResolve, str] = {
    "generate_response": "Table {result.table}.",
    "response_in_result": "Table {result.table}.",
    "add_to_context": "And your name?",
    "fire_and_forget": "And your name?",
}


@pytest.mark.fidelity("live.on_call_and_on_resolve")
@pytest.mark.parametrize(
    ("on_call", "on_resolve", "status"), list(itertools.product(ON_CALLS, ON_RESOLVES, STATUSES))
)
async def test_each_cell_of_the_behaviour_table_decides_the_words_heard(
    on_call: OnCall, on_resolve: OnResolve, status: ToolStatus
) -> None:
    fixture = ConversationFixture(tool(on_call=on_call, on_resolve=on_resolve))
    fixture.dispatcher.replies = {"find": CallOutcome(status=status)}

    told = await fixture.play(turn(wave("find"), before="Let me see.", says=REPLY[on_resolve]))

    assert told == [*BEFORE[on_call], "calls find", *AFTER[on_resolve, status]]


@pytest.mark.parametrize(
    ("on_call", "heard"),
    [
        ("generate_filler", ["says One moment, please."]),
        ("static_filler", ["says One moment."]),
        ("silent", []),
        ("passthrough", []),
    ],
)
async def test_a_script_without_words_beside_the_call_leaves_a_generated_filler(
    on_call: OnCall, heard: list[str]
) -> None:
    told = await ConversationFixture(tool(on_call=on_call)).play(
        turn(wave("find"), says="Table 7.")
    )

    assert told == [*heard, "calls find", "find: success", "says Table 7."]


async def test_the_defaults_are_a_filler_and_no_answer() -> None:
    fixture = ConversationFixture(tool(on_call=None, on_resolve=None))

    told = await fixture.play(turn(wave("find"), says="And your name?"))

    assert told == [
        "says One moment, please.",
        "calls find",
        "says And your name?",
        "find: success",
    ]


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({}, ["calls find", "find: success", "says Table 7."]),
        ({"on_resolve.generate_response.success": "nothing"}, ["calls find", "find: success"]),
        (
            {"on_resolve.generate_response.success": "output"},
            ["calls find", "find: success", 'says {"table": 7}'],
        ),
        (
            {"on_call.silent": "filler"},
            ["says One moment, please.", "calls find", "find: success", "says Table 7."],
        ),
    ],
)
async def test_a_cell_that_the_user_replaces_decides_the_words_heard(
    cells: dict[str, str], told: list[str]
) -> None:
    fixture = ConversationFixture(tool(), behaviour=Behaviour().with_cells(cells))

    assert await fixture.play(turn(wave("find"), says="Table {result.table}.")) == told


@pytest.mark.parametrize("status", ["error", "timeout", "unanswered"])
async def test_the_line_for_a_failure_is_said_instead_of_the_reply(status: ToolStatus) -> None:
    fixture = ConversationFixture(tool())
    fixture.dispatcher.replies = {"find": CallOutcome(status=status)}

    told = await fixture.play(turn(wave("find"), says="Fine.", on_error="The book is gone."))

    assert told == ["calls find", f"find: {status}", "says The book is gone."]


async def test_the_line_for_a_failure_is_not_said_after_success() -> None:
    told = await ConversationFixture(tool()).play(
        turn(wave("find"), says="Fine.", on_error="It is gone.")
    )

    assert told == ["calls find", "find: success", "says Fine."]


async def test_a_pal_that_does_not_wait_never_says_the_line_for_a_failure() -> None:
    fixture = ConversationFixture(tool(on_resolve="fire_and_forget"))
    fixture.dispatcher.replies = {"find": CallOutcome(status="error")}

    told = await fixture.play(turn(wave("find"), says="Fine.", on_error="It is gone."))

    assert told == ["calls find", "says Fine.", "find: error"]


async def test_an_answer_without_a_scripted_reply_is_said_in_plain_words() -> None:
    fixture = ConversationFixture(tool())
    fixture.dispatcher.replies = {
        "find": CallOutcome(
            output='{"table": {"number": 7, "near": ["door", "bar"]}, "free": true}'
        )
    }

    told = await fixture.play(turn(wave("find")))

    assert told[-1] == "says table number: 7, table near: door, table near: bar, free: true"


async def test_an_answer_that_is_no_json_is_said_unchanged() -> None:
    fixture = ConversationFixture(tool())
    fixture.dispatcher.replies = {"find": CallOutcome(output="Table 7 is free.")}

    told = await fixture.play(turn(wave("find")))

    assert told[-1] == "says Table 7 is free."


@pytest.mark.parametrize("output", ["{}", "[]", "null", ""])
async def test_an_empty_answer_is_acknowledged(output: str) -> None:
    fixture = ConversationFixture(tool())
    fixture.dispatcher.replies = {"find": CallOutcome(output=output)}

    assert (await fixture.play(turn(wave("find"))))[-1] == "says Done."


async def test_the_greeting_is_said_first() -> None:
    fixture = ConversationFixture(greeting="Welcome!")

    fixture.conversation.greet()

    assert fixture.list_events() == ["says Welcome!"]
    assert [entry.turn for entry in fixture.trace()] == [0]


async def test_a_pal_without_a_greeting_waits_for_the_caller() -> None:
    fixture = ConversationFixture()

    fixture.conversation.greet()

    assert fixture.list_events() == []


async def test_a_turn_without_a_script_is_silent() -> None:
    assert await ConversationFixture().play(turn(says=None)) == []
