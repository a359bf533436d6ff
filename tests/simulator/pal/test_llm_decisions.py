"""What becomes of what a model decides: words, calls, refusals, filled arguments."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.simulator.pal.conversation import MAX_INFERENCES
from tests.simulator.pal.endpoint import Answer, cut, says
from tests.simulator.pal.model_conversation import build_pal, call, open_model_conversation
from tests.simulator.pal.samples import tool

pytestmark = pytest.mark.asyncio


@pytest.mark.fidelity("llm.words_beside_a_call")
async def test_words_beside_a_call_are_heard_where_they_are_passed_through() -> None:
    pal = build_pal(tool(on_call="passthrough"))
    async with open_model_conversation(
        says("Let me see.", ("find", {})), says("Table 7."), pal=pal
    ) as held:
        told = await held.hear()

    assert told[:2] == ["says Let me see.", "calls find"]
    assert held.sent_messages()[2]["content"] == "Let me see."


@pytest.mark.fidelity("llm.words_beside_a_call")
async def test_words_beside_a_call_that_nobody_heard_are_not_told_as_said() -> None:
    async with open_model_conversation(says("Let me see.", ("find", {})), says("Table 7.")) as held:
        told = await held.hear()

    assert told[0] == "calls find"
    assert held.sent_messages()[2]["content"] is None


@pytest.mark.parametrize("written", ['{"guests": ', "[2]", '"two"', "null"])
async def test_arguments_that_are_no_object_are_passed_on_as_they_are(written: str) -> None:
    async with open_model_conversation(says(None, ("find", written)), says("Sorry.")) as held:
        await held.hear()

    ((_, made),) = held.fixture.trace().calls()
    assert made.arguments == written
    assert held.sent_messages()[2]["tool_calls"] == [call(made.call_id, "{}")]


@pytest.mark.parametrize("written", ["", "{}"])
async def test_no_arguments_are_an_empty_object(written: str) -> None:
    async with open_model_conversation(says(None, ("find", written)), says("Sorry.")) as held:
        await held.hear()

    assert [made.arguments for _, made in held.fixture.trace().calls()] == ["{}"]


async def test_the_model_reads_that_an_unknown_tool_is_unknown() -> None:
    async with open_model_conversation(says(None, ("search", {})), says("I cannot.")) as held:
        told = await held.hear()

    assert told[0] == "calls search"
    assert "says I cannot." in told
    assert held.last_results() == ["There is no tool named 'search'."]


async def test_a_model_that_calls_for_ever_is_stopped() -> None:
    async with open_model_conversation(says(None, ("find", {}))) as held:
        told = await held.hear()

    assert len(held.endpoint.requests) == MAX_INFERENCES
    assert told[-1] == (
        f"fault of agent: the PAL called tools {MAX_INFERENCES} times in one turn and was stopped"
    )


@pytest.mark.parametrize(
    ("answer", "trouble", "said"),
    [
        (says(None, refusal="I won't."), "refused to answer", ["says I won't."]),
        (cut(says("A table f"), "length"), "was cut at its limit of tokens", ["says A table f"]),
        (cut(says("Well, "), "content_filter"), "was cut by a content filter", ["says Well, "]),
        (
            cut(says(""), "length"),
            "was cut at its limit of tokens; it answered with neither words nor a call",
            [],
        ),
        (says(""), "answered with neither words nor a call", []),
        (says(None), "answered with neither words nor a call", []),
        (says(" \n"), "answered with neither words nor a call", []),
    ],
)
async def test_the_fault_of_a_completion_is_named_and_its_words_are_said(
    answer: Answer, trouble: str, said: list[str]
) -> None:
    async with open_model_conversation(answer) as held:
        heard = await held.hear()

    fault = f"fault of platform: the model 'small' at {held.endpoint.base_url} {trouble}"
    assert heard == [fault, *said]


@pytest.mark.parametrize("finish", ["stop", "tool_calls", "", None, 7, ["length"]])
async def test_an_answer_that_ended_well_is_no_fault(finish: Any) -> None:
    async with open_model_conversation(cut(says("Yes."), finish)) as held:
        assert await held.hear() == ["says Yes."]


async def test_a_model_that_is_silent_after_a_call_does_not_take_the_call_back() -> None:
    find = tool(on_resolve="fire_and_forget")
    async with open_model_conversation(
        says(None, ("find", {"guests": 2})), says(""), pal=build_pal(find)
    ) as held:
        heard = await held.hear()

    assert any("answered with neither words nor a call" in each for each in heard)
    assert not any("unanswered" in each for each in heard)


async def test_half_a_surrogate_pair_of_a_model_is_replaced() -> None:
    answers = (
        says("Good \ud83d day, \U0001f600.", ("find", '{"guests": "two \\udc00"}')),
        says("Table \udfff 7."),
        says("Yes."),
    )
    async with open_model_conversation(*answers) as held:
        heard = await held.hear()
        after = await held.hear("Thanks!")

    assert heard[-1] == "says Table \ufffd 7."
    assert after == ["says Yes."]
    told = json.dumps(held.sent_messages(), ensure_ascii=False)
    assert "two \ufffd" in told
    assert told.encode()


async def test_half_a_surrogate_pair_of_a_handler_is_replaced_on_its_way_to_the_model() -> None:
    async with open_model_conversation(says("Yes.")) as held:
        await held.model.complete([{"role": "user", "content": "a \ud83d b"}], [])

    assert held.sent_messages() == [{"role": "user", "content": "a \ufffd b"}]


async def test_the_decisions_of_a_model_are_marked_as_such() -> None:
    async with open_model_conversation(says("Yes.")) as held:
        assert held.brain.decisions == "model"


async def test_a_post_call_tool_is_filled_in_from_the_transcript() -> None:
    after = Tool(name="sum_up", description="Sums up.", trigger_type="post_call")
    rows = [{"role": "user", "content": "For two."}, {"role": "assistant", "content": "Done."}]

    async with open_model_conversation(says(None, ("sum_up", {"guests": 2}))) as held:
        filled = await held.model.fill(after, rows)

    assert filled == {"guests": 2}
    assert held.endpoint.requests[0].body == {
        "model": "small",
        "messages": [
            {
                "role": "system",
                "content": "The conversation is over. Call sum_up with what it brought up.",
            },
            {"role": "user", "content": "user: For two.\nassistant: Done."},
        ],
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "sum_up",
                    "description": "Sums up.",
                    "parameters": {"type": "object", "properties": {}},
                },
            }
        ],
        "tool_choice": {"type": "function", "function": {"name": "sum_up"}},
    }
