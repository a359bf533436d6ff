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
from tests.verdict.judge.samples import ON_COLLECT_EMAIL, PAL, asked, happened, question, scenario

RULES = JudgeRules(
    objectives={"collect_email": replace(ON_COLLECT_EMAIL, called=("book_table",))},
)


def booked(request: HttpRequest | None, *, arguments: str = '{"email": "a@b.test"}') -> Trace:
    called = ToolCalled(call_id="c", name="book_table", arguments=arguments, channel="api")
    status: ToolStatus = "success" if request is not None else "error"
    resolved = ToolResolved(call_id="c", status=status, output="{}", answered_by="handler")
    if request is None:
        return happened([asked(), called, resolved])
    exchange = HttpExchange(request=request, response=HttpResponse(status=200))
    delivered = ToolDelivered(call_id="c", purpose="tool", exchange=exchange)
    return happened([asked(), called, delivered, resolved])


def ruled(trace: Trace, profile: DeliveryProfile | None = None, **api: Any) -> Ruling:
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


def test_what_was_sent_is_collected() -> None:
    ruling = ruled(booked(post(b'{"email": "c@d.test"}')))
    assert ruling.outcome == "pass"
    assert '"email": "c@d.test"' in ruling.reason
    assert "a@b.test" not in ruling.reason


def test_what_was_called_and_not_sent_is_not_collected() -> None:
    ruling = ruled(booked(post(b'{"all": true}')), body_template={"all": True})
    assert (ruling.outcome, ruling.reason) == ("fail", "no call carried email")


def test_a_call_of_which_no_request_was_made_collects_nothing() -> None:
    ruling = ruled(booked(None))
    assert ruling.outcome == "fail"
    assert "no call carried email" in ruling.reason


def test_what_stands_for_an_absent_argument_is_not_collected() -> None:
    braces = DeliveryProfile(missing_argument="braces")
    template = {"e": "{email}"}
    trace = booked(post(b'{"e": "{email}"}'), arguments="{}")
    assert ruled(trace, braces, body_template=template).outcome == "fail"
    trace = booked(post(b'{"e": "a@b.test"}'))
    assert ruled(trace, braces, body_template=template).outcome == "pass"


def test_what_can_be_read_in_several_ways_is_unsure() -> None:
    url = "https://shop.test/v1/{name}-{email}"
    split = booked(post(b"", "https://shop.test/v1/a-b-c"))
    ruling = ruled(split, url=url, method="GET")
    assert ruling.outcome == "unsure"
    assert ruling.reason == (
        "turn 1: email of book_table can be read in several ways as it was sent"
    )
    clear = booked(post(b"", "https://shop.test/v1/a-b"))
    assert ruled(clear, url=url, method="GET").outcome == "pass"
    unreadable = booked(post(b"["))
    assert ruled(unreadable).outcome == "unsure"
