"""A call from its definition to its outcome."""

from __future__ import annotations

import pytest

from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.errors import HarnessError
from pytest_tavus.handler.delivery.flow import Outgoing, ToolOutcome, deliver
from pytest_tavus.handler.delivery.grant import TokenStore
from pytest_tavus.handler.delivery.profile import DeliveryProfile
from tests.handler.delivery.samples import answer, call, run_delivery, tool


def test_a_call_is_one_request_and_its_answer() -> None:
    found = run_delivery(tool(), answers=[answer({"eta": "today"})])
    assert found.sent == (Outgoing(purpose="tool", request=found.request),)
    assert found.outcome == ToolOutcome(
        status="success",
        output='{"eta": "today"}',
        http_status=200,
        reason=None,
        answered_by="handler",
    )


def test_the_same_call_is_the_same_request() -> None:
    template = {"b": "{order_id}", "a": [1, "{order_id}"]}
    tested = tool(headers={"X-B": "1", "X-A": "2"}, body_template=template)
    assert run_delivery(tested).sent == run_delivery(tested).sent


def test_the_profile_limits_the_size_of_answers() -> None:
    profile = DeliveryProfile(max_response_bytes=3)
    assert run_delivery(tool(), answers=[answer(b"[1]")], profile=profile).outcome.reason is None
    assert run_delivery(tool(), answers=[answer(b"[10]")], profile=profile).outcome.reason == (
        "the handler answered 4 bytes, and an answer may have 3 at most"
    )


def test_a_tool_of_the_other_channel_is_an_error_of_the_harness() -> None:
    tested = Tool(name="open_page", description="Opens a page.")
    flow = deliver(tested, call(), profile=DeliveryProfile(), tokens=TokenStore(), now=0.0)
    with pytest.raises(HarnessError) as caught:
        next(flow)
    assert str(caught.value) == "open_page is delivered as an app message, not over HTTP"
