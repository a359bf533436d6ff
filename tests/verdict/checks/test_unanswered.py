"""Calls that nobody answers, or too late."""

from __future__ import annotations

from pytest_tavus.trace.events import Fault
from pytest_tavus.wire import HttpResponse
from tests.verdict.checks.story import (
    ANY,
    Story,
    expect,
    fault,
    findings,
    in_order,
    report,
    story_with_answer,
    story_with_failure,
    tool,
    turn,
)


def test_a_call_without_an_answer_is_unanswered() -> None:
    story = Story().user()
    story.resolves(story.opens(), "", status="unanswered", http_status=None, by="nobody")
    assert findings(story.end(), ANY) == [
        ("unanswered_call", "get_order_status was not answered: the client did not answer")
    ]


def test_a_call_that_is_still_open_is_unanswered() -> None:
    story = Story().user()
    story.opens()
    assert findings(story.end(), ANY) == [
        (
            "unanswered_call",
            "get_order_status was not answered: it was still open when the conversation ended",
        )
    ]


def test_a_fire_and_forget_app_message_needs_no_answer() -> None:
    tools = (tool(client=True, on_resolve="fire_and_forget"),)
    story = Story().user()
    story.resolves(story.opens(), "", status="unanswered", http_status=None, by="nobody")
    assert findings(story.end(), ANY, tools=tools) == []


def test_an_unhandled_call_always_fails() -> None:
    broken = fault("unhandled", "no handler and no canned answer takes this call")
    for status in (None, "error"):
        wanted = turn(in_order(expect(status=status)))
        (finding,) = report(story_with_failure(None, broken), wanted).findings
        assert (finding.kind, finding.owner) == ("unhandled_call", "test")
        assert finding.message == (
            "get_order_status: {order_id: A-10428} reached nothing: "
            "no handler and no canned answer takes this call"
        )


def test_an_allowed_extra_call_must_succeed_too() -> None:
    story = story_with_failure(HttpResponse(status=500, body=b"{}"))
    assert findings(story, turn(None, extra=True)) == [
        ("handler_error", "get_order_status failed: the handler answered 500")
    ]


def test_an_exception_of_a_client_tool_is_one_finding_with_its_traceback() -> None:
    story = Story().user()
    call_id = story.opens()
    story.record(Fault(owner="handler", message="shop:cart raised KeyError", detail="Traceback"))
    story.resolves(call_id, "", status="error", http_status=None, by="client", failure="crash")
    story.pal("Sorry.").end()
    (finding,) = report(story, ANY).findings
    assert (finding.kind, finding.detail) == ("handler_error", "Traceback")
    assert finding.message == "get_order_status failed: shop:cart raised KeyError"
    assert findings(story, turn(in_order(expect(status="crash")))) == []
    (finding,) = report(story, turn(in_order(expect(status="error")))).findings
    assert (finding.kind, finding.detail) == ("wrong_status", "Traceback")


def test_a_client_call_without_a_matching_answer_is_one_finding() -> None:
    story = Story().user()
    call_id = story.opens(channel="app_message")
    story.record(Fault(owner="test", message="no client answer takes get_order_status"))
    story.resolves(call_id, "", status="unanswered", http_status=None, by="nobody").end()
    assert findings(story, ANY) == [
        (
            "unhandled_call",
            (
                "get_order_status: {order_id: A-10428} reached nothing: "
                "no client answer takes get_order_status"
            ),
        )
    ]


def test_a_late_answer_shows_the_measured_seconds() -> None:
    assert findings(story_with_answer(), turn(in_order(expect(within=1.5)))) == []
    assert findings(story_with_answer(), turn(in_order(expect(within=1.25)))) == [
        (
            "too_late",
            (
                "the answer of get_order_status was expected within 1.25 s of the caller's line, "
                "but came after 1.5 s"
            ),
        )
    ]
