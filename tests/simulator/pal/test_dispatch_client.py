"""Calls that the client answers, and arguments that nobody can."""

from __future__ import annotations

import asyncio
import json

import pytest

from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.scenario.values.model import ClientAnswer
from pytest_tavus.trace.events import Fault
from tests.simulator.pal.dispatcher import RecordingDispatcher, api_tool
from tests.simulator.pal.fake_handler import ok

pytestmark = pytest.mark.asyncio


def by_message() -> Tool:
    return Tool(name="find", description="Finds a table.")


async def test_an_app_message_is_answered_by_the_client_and_not_by_the_handler() -> None:
    dispatcher = RecordingDispatcher(lambda call: ok({}), ClientAnswer(at=(), output="Table 7."))

    resolved = await dispatcher.dispatch(by_message())

    assert dispatcher.handler.calls == []
    assert dispatcher.recorded() == ["ToolResolved"]
    assert (resolved.output, resolved.answered_by) == ("Table 7.", "client_output")
    assert dispatcher.answered == [("t1", "Table 7.")]


async def test_a_fault_of_the_client_is_recorded_in_one_breath_with_the_resolution() -> None:
    dispatcher = RecordingDispatcher(lambda call: ok({}))

    await dispatcher.dispatch(by_message())

    assert dispatcher.recorded() == ["Fault", "ToolResolved"]
    assert [entry.turn for entry in dispatcher.recorder.trace()] == [3, 3]


async def test_hundreds_of_calls_at_once_each_get_their_own_answer() -> None:
    dispatcher = RecordingDispatcher(lambda call: ok({"you": call.call_id}))
    ids = [f"t{number}" for number in range(500)]

    resolved = await asyncio.gather(
        *(dispatcher.dispatch(api_tool(), call_id=each) for each in ids)
    )

    assert [json.loads(each.output)["you"] for each in resolved] == ids
    assert [each.call_id for each in resolved] == ids


@pytest.mark.parametrize("channel", ["api", "app_message"])
@pytest.mark.parametrize("arguments", ['{"guests": ', "[2]", "x" * 81])
async def test_arguments_that_are_no_object_are_the_agents_fault_and_reach_nobody(
    channel: str, arguments: str
) -> None:
    tool = api_tool() if channel == "api" else Tool(name="find", description="Finds a table.")
    dispatcher = RecordingDispatcher(lambda call: ok({}), ClientAnswer(at=(), output="7"))

    resolved = await dispatcher.dispatch(tool, arguments)

    reason = "the PAL called find with arguments that are no JSON object"
    assert (resolved.status, resolved.answered_by, resolved.reason) == ("error", "nobody", reason)
    assert [fault for _, fault in dispatcher.recorder.trace().of(Fault)] == [
        Fault(owner="agent", message=reason)
    ]
    assert dispatcher.handler.calls == []


async def test_no_arguments_at_all_are_an_empty_object() -> None:
    dispatcher = RecordingDispatcher(lambda call: ok({}))

    await dispatcher.dispatch(api_tool(), "")

    assert [call.arguments for call in dispatcher.handler.calls] == [{}]
