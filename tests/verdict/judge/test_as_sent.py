"""The rules judge reads what was sent of a call, not what the PAL's call said."""

from __future__ import annotations

import asyncio
from typing import Any

from msgspec.structs import replace

from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.handler.delivery.profile import DeliveryProfile
from pytest_tavus.handler.sent.reader import RequestReader
from pytest_tavus.scenario.values.model import JudgeRules
from pytest_tavus.trace.events import ToolCalled, ToolDelivered, ToolResolved, ToolStatus
from pytest_tavus.trace.log import Trace
from pytest_tavus.verdict.judge.rules import RulesJudge
from pytest_tavus.verdict.verdict import Ruling
from pytest_tavus.wire import HttpExchange, HttpRequest, HttpResponse
from tests.verdict.judge.samples import (
    ON_COLLECT_EMAIL,
    PAL,
    question,
    scenario,
    trace_of,
    user_says,
)

RULES = JudgeRules(
    objectives={"collect_email": replace(ON_COLLECT_EMAIL, called=("book_table",))},
)


def booking_trace(
    request: HttpRequest | None, *, arguments: str = '{"email": "a@b.test"}'
) -> Trace:
    called = ToolCalled(call_id="c", name="book_table", arguments=arguments, channel="api")
    status: ToolStatus = "success" if request is not None else "error"
    resolved = ToolResolved(call_id="c", status=status, output="{}", answered_by="handler")
    if request is None:
        return trace_of([user_says(), called, resolved])
    exchange = HttpExchange(request=request, response=HttpResponse(status=200))
    delivered = ToolDelivered(call_id="c", purpose="tool", exchange=exchange)
    return trace_of([user_says(), called, delivered, resolved])


def rule_on_email(trace: Trace, profile: DeliveryProfile | None = None, **api: Any) -> Ruling:
    tool = Tool.from_json(
        {
            "name": "book_table",
            "description": "Books.",
            "parameters": {
                "type": "object",
                "properties": {"email": {"type": "string"}, "name": {"type": "string"}},
            },
            "delivery": {"api": {"url": "https://shop.test/v1", **api}},
        }
    )
    case = scenario(rules=RULES, pal=replace(PAL, tools=(tool,)))
    judge = RulesJudge(read=RequestReader(profile or DeliveryProfile()))
    ruling = asyncio.run(judge.rule(question(case, trace))).ruling("objective collect_email")
    assert ruling is not None
    return ruling


def post(body: bytes, url: str = "https://shop.test/v1") -> HttpRequest:
    return HttpRequest(method="POST", url=url, body=body)


def test_a_sent_argument_is_collected() -> None:
    ruling = rule_on_email(booking_trace(post(b'{"email": "c@d.test"}')))
    assert ruling.outcome == "pass"
    assert '"email": "c@d.test"' in ruling.reason
    assert "a@b.test" not in ruling.reason


def test_a_called_argument_that_was_not_sent_is_not_collected() -> None:
    ruling = rule_on_email(booking_trace(post(b'{"all": true}')), body_template={"all": True})
    assert (ruling.outcome, ruling.reason) == ("fail", "no call carried email")


def test_a_call_of_which_no_request_was_made_collects_nothing() -> None:
    ruling = rule_on_email(booking_trace(None))
    assert ruling.outcome == "fail"
    assert "no call carried email" in ruling.reason


def test_the_text_of_an_absent_argument_is_not_collected() -> None:
    braces = DeliveryProfile(missing_argument="braces")
    template = {"e": "{email}"}
    trace = booking_trace(post(b'{"e": "{email}"}'), arguments="{}")
    assert rule_on_email(trace, braces, body_template=template).outcome == "fail"
    trace = booking_trace(post(b'{"e": "a@b.test"}'))
    assert rule_on_email(trace, braces, body_template=template).outcome == "pass"


def test_an_ambiguous_argument_is_unsure() -> None:
    url = "https://shop.test/v1/{name}-{email}"
    split = booking_trace(post(b"", "https://shop.test/v1/a-b-c"))
    ruling = rule_on_email(split, url=url, method="GET")
    assert ruling.outcome == "unsure"
    assert ruling.reason == (
        "turn 1: email of book_table can be read in several ways as it was sent"
    )
    clear = booking_trace(post(b"", "https://shop.test/v1/a-b"))
    assert rule_on_email(clear, url=url, method="GET").outcome == "pass"
    unreadable = booking_trace(post(b"["))
    assert rule_on_email(unreadable).outcome == "unsure"
