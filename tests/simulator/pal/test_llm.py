"""What a language model is asked when it decides for a PAL, and what comes of its answer."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.contract.behaviour import OnResolve
from pytest_tavus.contract.pal.objective import Guardrail, Objective, ObjectiveSet
from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.trace.events import ToolStatus
from tests.simulator.pal.endpoint import says
from tests.simulator.pal.model_conversation import (
    KEY,
    ModelConversation,
    build_pal,
    call,
    open_model_conversation,
)
from tests.simulator.pal.samples import CallOutcome, tool

pytestmark = pytest.mark.asyncio

SYSTEM = {"role": "system", "content": "You find tables."}
USER = {"role": "user", "content": "A table for two."}
FIND: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "find",
        "description": "Finds a table.",
        "parameters": {"type": "object", "properties": {}},
    },
}
NOT_KNOWN = "The call has been made. Its result is not known."


def calls_of(talk: ModelConversation) -> list[str]:
    return [event.call_id for _, event in talk.fixture.trace().calls()]


async def test_a_request_is_the_prompt_the_line_and_the_tools() -> None:
    async with open_model_conversation(says("Of course.")) as held:
        told = await held.hear()

    (asked,) = held.endpoint.requests
    assert told == ["says Of course."]
    assert asked.line == "POST /v1/chat/completions HTTP/1.1"
    assert asked.headers["authorization"] == "Bearer none"
    assert asked.body == {"model": "small", "messages": [SYSTEM, USER], "tools": [FIND]}


async def test_the_key_of_the_environment_is_sent() -> None:
    async with open_model_conversation(says("Yes."), api_key_env="KEY") as held:
        await held.hear()

    assert held.endpoint.requests[0].headers["authorization"] == f"Bearer {KEY}"


async def test_seed_and_temperature_are_sent_where_they_are_set() -> None:
    async with open_model_conversation(says("Yes."), seed=7, temperature=0) as held:
        await held.hear()

    assert {"seed": 7, "temperature": 0}.items() <= held.endpoint.requests[0].body.items()


async def test_a_pal_without_tools_and_prompt_sends_neither() -> None:
    async with open_model_conversation(says("Yes."), pal=Pal()) as held:
        await held.hear()

    assert held.endpoint.requests[0].body == {"model": "small", "messages": [USER]}


@pytest.mark.fidelity("llm.offers_tools_of_the_model")
async def test_only_tools_that_the_model_calls_are_offered() -> None:
    seen = Tool(name="wave", description="Someone waves.", origin="vision")
    after = Tool(name="sum_up", description="Sums up.", trigger_type="post_call")

    async with open_model_conversation(says("Yes."), pal=build_pal(seen, tool(), after)) as held:
        await held.hear()

    assert held.endpoint.requests[0].body["tools"] == [FIND]


@pytest.mark.fidelity("llm.context_beside_the_prompt")
async def test_the_context_can_be_replaced_between_two_lines() -> None:
    async with open_model_conversation(says("Yes.")) as held:
        held.fixture.conversation.context = "It is raining."
        await held.hear()
        held.fixture.conversation.context += "\nThe terrace is closed."
        await held.hear()
        held.fixture.conversation.context = "The sun shines."
        await held.hear()

    assert [held.sent_messages(number)[0]["content"] for number in range(3)] == [
        "You find tables.\n\nIt is raining.",
        "You find tables.\n\nIt is raining.\nThe terrace is closed.",
        "You find tables.\n\nThe sun shines.",
    ]


async def test_objectives_and_guardrails_are_in_the_prompt() -> None:
    objective = Objective(objective_name="party", objective_prompt="Learn how many come.")
    guardrail = Guardrail(guardrail_name="no_prices", guardrail_prompt="Never name a price.")
    pal = build_pal(objectives=ObjectiveSet(data=(objective,)), guardrails=(guardrail,))

    async with open_model_conversation(says("Yes."), pal=pal) as held:
        await held.hear()

    assert held.sent_messages()[0]["content"] == (
        "You find tables.\n\n"
        "Objectives:\n- party: Learn how many come.\n\n"
        "Guardrails:\n- no_prices: Never name a price."
    )


async def test_earlier_lines_reach_the_model_in_order() -> None:
    async with open_model_conversation(says("For how many?"), says("Done.")) as held:
        held.fixture.conversation.greet("Hello.")
        await held.hear("A table.")
        await held.hear("For two.")

    assert held.sent_messages()[1:] == [
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": "A table."},
        {"role": "assistant", "content": "For how many?"},
        {"role": "user", "content": "For two."},
    ]


async def test_two_utterances_in_a_row_reach_the_model_as_one() -> None:
    async with open_model_conversation(says("Done.")) as held:
        held.fixture.conversation.greet("Hello.")
        held.fixture.conversation.echo("We are open.")
        await held.hear()

    assert held.sent_messages()[1]["content"] == "Hello.\nWe are open."


async def test_a_result_is_fed_back_and_spoken_of() -> None:
    async with open_model_conversation(
        says(None, ("find", {"guests": 2})), says("Table 7.")
    ) as held:
        told = await held.hear()

    assert told == ["calls find", "find: success", "says Table 7."]
    assert held.sent_messages() == [
        SYSTEM,
        USER,
        {"role": "assistant", "content": None, "tool_calls": [call(calls_of(held)[0])]},
        {"role": "tool", "tool_call_id": calls_of(held)[0], "content": '{"table": 7}'},
    ]


async def test_calls_made_at_the_same_time_are_fed_back_together() -> None:
    async with open_model_conversation(
        says(None, ("find", {"guests": 2}), ("find", {"guests": 4})), says("Two tables.")
    ) as held:
        told = await held.hear()

    first, second = calls_of(held)
    assert told[:2] == ["calls find", "calls find"]
    assert held.sent_messages()[2:] == [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [call(first), call(second, '{"guests": 4}')],
        },
        {"role": "tool", "tool_call_id": first, "content": '{"table": 7}'},
        {"role": "tool", "tool_call_id": second, "content": '{"table": 7}'},
    ]


@pytest.mark.fidelity("llm.results_by_on_resolve")
@pytest.mark.parametrize(
    ("on_resolve", "in_its_turn", "later"),
    [
        ("generate_response", '{"table": 7}', '{"table": 7}'),
        ("add_to_context", NOT_KNOWN, '{"table": 7}'),
        ("fire_and_forget", NOT_KNOWN, NOT_KNOWN),
    ],
)
async def test_a_result_is_fed_back_as_far_as_on_resolve_lets_it(
    on_resolve: OnResolve, in_its_turn: str, later: str
) -> None:
    pal = build_pal(tool(on_resolve=on_resolve))
    async with open_model_conversation(says(None, ("find", {})), says("Fine."), pal=pal) as held:
        await held.hear()
        assert held.last_results() == [in_its_turn]
        await held.hear("And now?")

    assert held.last_results() == [later]


@pytest.mark.fidelity("llm.results_by_on_resolve")
async def test_a_result_that_is_spoken_word_for_word_asks_for_no_inference() -> None:
    pal = build_pal(tool(on_resolve="response_in_result"))
    async with open_model_conversation(says(None, ("find", {})), says("Fine."), pal=pal) as held:
        told = await held.hear()
        assert len(held.endpoint.requests) == 1
        await held.hear("And now?")

    assert told == ["calls find", "find: success", 'says {"table": 7}']
    assert held.sent_messages()[3:5] == [
        {"role": "tool", "tool_call_id": calls_of(held)[0], "content": '{"table": 7}'},
        {"role": "assistant", "content": '{"table": 7}'},
    ]


@pytest.mark.fidelity("llm.failure_is_not_quoted")
@pytest.mark.parametrize(
    ("status", "content"),
    [
        ("error", "The call has failed."),
        ("timeout", "The call has failed: there was no answer in time."),
        ("unanswered", "The call was not answered."),
    ],
)
async def test_a_failure_reaches_the_model_without_its_output(
    status: ToolStatus, content: str
) -> None:
    async with open_model_conversation(says(None, ("find", {})), says("Sorry.")) as held:
        held.fixture.dispatcher.replies = {"find": CallOutcome(status=status, output="Error 7")}
        await held.hear()

    assert held.last_results() == [content]
