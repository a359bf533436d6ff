"""What was sent of a call, in a trace in clear and in a masked one."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.contract.tool.sent import UNSENT, CallReader, SentArguments
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.handler.delivery.profile import DeliveryProfile
from pytest_tavus.handler.sent.reader import RequestReader
from pytest_tavus.matching.masked import Masked
from pytest_tavus.trace.events import Channel, ToolCalled
from pytest_tavus.wire import HttpRequest

READ = RequestReader(DeliveryProfile())


def call(arguments: str = "{}", channel: Channel = "api") -> ToolCalled:
    return ToolCalled(call_id="c", name="t", arguments=arguments, channel=channel)


def tool(**delivery: Any) -> Tool:
    return Tool.from_json({"name": "t", "description": "d", "delivery": delivery})


API = tool(api={"url": "https://shop.test/v1"})


def sent(
    called: ToolCalled, request: HttpRequest | None, *, masked: bool = False, of: Tool | None = API
) -> SentArguments | None:
    return CallReader(read=READ, conversation_id="c1", masked=masked).read_arguments(
        called, of, request
    )


def post(body: str) -> HttpRequest:
    return HttpRequest(method="POST", url="https://shop.test/v1", body=body.encode())


@pytest.mark.parametrize(("text", "found"), [('{"a": 1}', {"a": 1}), ("", {})])
def test_an_app_message_carries_the_call(text: str, found: dict[str, Any]) -> None:
    assert sent(call(text, "app_message"), None, of=None) == SentArguments(arguments=found)


@pytest.mark.parametrize("text", ["{", "[1]", '"a"'])
def test_an_app_message_that_is_no_object_is_never_sent(text: str) -> None:
    assert sent(call(text, "app_message"), None) is None


def test_without_a_request_nothing_is_sent() -> None:
    assert sent(call('{"a": 1}'), None) is None
    assert sent(call('{"a": 1}'), post('{"a": 1}'), of=None) is None
    assert sent(call('{"a": 1}'), post('{"a": 1}'), of=tool(app_message=True)) is None
    assert repr(UNSENT) == "not sent"


def test_a_masked_app_message_is_not_known() -> None:
    found = sent(call('{"a": "⟦env.A⟧", "b": "⟦⟦⟧"}', "app_message"), None, masked=True)
    assert found == SentArguments(arguments={"a": Masked("⟦env.A⟧"), "b": "⟦"})


def test_a_masked_request_is_known_but_for_its_masks() -> None:
    body = '{"a": [1, {"⟦env.B⟧": "x ⟦env.A⟧ y"}], "b": "⟦⟦⟧", "c": "\U000f1234"}'
    found = sent(call(), post(body), masked=True)
    assert found is not None
    assert found.arguments == {
        "a": [1, {Masked("⟦env.B⟧"): Masked("x ⟦env.A⟧ y")}],
        "b": "⟦",
        "c": "\U000f1234",
    }


def test_a_masked_request_that_cannot_be_read_may_hold_anything() -> None:
    found = sent(call(), post("⟦env.A⟧"), masked=True)
    assert found == SentArguments(arguments={Masked("⟦env.A⟧"): None})  # type: ignore[dict-item]
    clear = sent(call(), post("[]"), masked=True)
    assert clear == SentArguments(arguments={}, unreadable=True)
