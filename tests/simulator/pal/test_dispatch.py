"""How a call of a simulated PAL reaches its handler, and what is recorded on the way."""

from __future__ import annotations

import pytest

from pytest_tavus.handler.call.port import CallRef
from pytest_tavus.trace.events import Fault, ToolDelivered, ToolResolved
from pytest_tavus.wire import HttpFault, HttpResponse
from tests.simulator.pal.dispatcher import RecordingDispatcher, api_tool
from tests.simulator.pal.fake_handler import ok

pytestmark = pytest.mark.asyncio


async def test_a_call_carries_its_identity_to_the_handler() -> None:
    dispatcher = RecordingDispatcher(lambda call: ok({"table": 7}))

    resolved = await dispatcher.dispatch(api_tool(timeout=7))

    assert dispatcher.handler.calls == [
        CallRef(
            conversation_id="c1",
            call_id="t1",
            tool="find",
            arguments={"guests": 2},
            purpose="tool",
            inference_id="i1",
        )
    ]
    assert dispatcher.handler.within == [7]
    assert resolved == ToolResolved(
        call_id="t1",
        status="success",
        output='{"table": 7}',
        answered_by="handler",
        http_status=200,
    )


async def test_the_exchange_is_recorded_before_what_it_came_to() -> None:
    dispatcher = RecordingDispatcher(lambda call: ok({"table": 7}))

    await dispatcher.dispatch(api_tool())

    assert dispatcher.recorded() == ["ToolDelivered", "ToolResolved"]
    assert [entry.turn for entry in dispatcher.recorder.trace()] == [3, 3]


async def test_a_token_is_an_exchange_of_the_same_call() -> None:
    oauth2 = {
        "type": "oauth2_client_credentials",
        "token_url": "https://shop.example/token",
        "client_id": "us",
        "client_secret": "hush-hush",
    }
    tokens = {"access_token": "t", "token_type": "Bearer", "expires_in": 60}
    dispatcher = RecordingDispatcher(
        lambda call: ok(tokens if call.purpose == "token" else {"table": 7})
    )

    await dispatcher.dispatch(api_tool(auth=oauth2))
    await dispatcher.dispatch(api_tool(auth=oauth2), call_id="t2")

    purposes = [(each.call_id, each.purpose) for each in dispatcher.handler.calls]
    assert purposes == [("t1", "token"), ("t1", "tool"), ("t2", "tool")]
    delivered = [event for _, event in dispatcher.recorder.trace().of(ToolDelivered)]
    assert [(event.call_id, event.purpose) for event in delivered] == purposes
    assert dispatcher.answered == [("t1", '{"table": 7}'), ("t2", '{"table": 7}')]


@pytest.mark.parametrize(
    ("answer", "status", "told"),
    [
        (ok({"error": "taken"}, 409), "error", '{"error": "taken"}'),
        (ok(b"<html>oops</html>", 500), "error", "<html>oops</html>"),
        (ok(b"not json"), "error", "not json"),
        (HttpFault(kind="connection", message="gone"), "error", ""),
        (HttpFault(kind="timeout", message="late"), "timeout", ""),
    ],
)
async def test_the_answer_of_a_failed_call_is_reported_though_the_pal_does_not_know_it(
    answer: HttpResponse | HttpFault, status: str, told: str
) -> None:
    dispatcher = RecordingDispatcher(lambda call: answer)

    resolved = await dispatcher.dispatch(api_tool())

    assert (resolved.status, resolved.output) == (status, "")
    assert dispatcher.answered == [("t1", told)]


async def test_a_request_that_cannot_be_written_is_a_fault_of_the_scenario() -> None:
    dispatcher = RecordingDispatcher(lambda call: ok({}))

    resolved = await dispatcher.dispatch(api_tool(), '{"guests": NaN}')

    assert dispatcher.handler.calls == []
    assert dispatcher.recorded() == ["Fault", "ToolResolved"]
    (fault,) = (event for _, event in dispatcher.recorder.trace().of(Fault))
    assert fault.owner == "test"
    assert fault.message.startswith("find cannot be sent: ")
    assert "hint" not in fault.message
    assert fault.detail == "infinity and NaN are not JSON"
    assert (resolved.status, resolved.answered_by) == ("unanswered", "nobody")
    assert resolved.reason == fault.message


async def test_a_call_without_arguments_is_sent_with_none() -> None:
    dispatcher = RecordingDispatcher(lambda call: ok({}))

    await dispatcher.dispatch(api_tool(), "")

    assert dispatcher.handler.calls[0].arguments == {}


async def test_a_call_of_an_unknown_tool_reaches_nobody() -> None:
    dispatcher = RecordingDispatcher(lambda call: ok({}))

    resolved = await dispatcher.dispatch(None)

    assert dispatcher.handler.calls == []
    assert (resolved.status, resolved.answered_by) == ("unanswered", "nobody")
    assert resolved.reason == "the PAL has no tool named 'find'"
