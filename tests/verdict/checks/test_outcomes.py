"""What became of a call: answered as expected, in time, by a handler that did not fail."""

from __future__ import annotations

from typing import get_args

import pytest

from pytest_tavus.scenario.values.model import StatusWord
from pytest_tavus.trace.events import ToolDelivered
from pytest_tavus.verdict.verdict import Difference
from pytest_tavus.wire import HttpExchange, HttpFault, HttpRequest, HttpResponse
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
    turn,
)

HTML = HttpResponse(status=200, headers=(("Content-Type", "text/html"),), body=b"<p>Hi</p>")


def test_the_expected_result_is_a_subset_of_the_answer() -> None:
    wanted = expect(expects_result=True, result={"status": "out_for_delivery"})
    assert findings(story_with_answer(), turn(in_order(wanted))) == []


def test_a_wrong_answer_is_shown_in_full_with_the_first_difference() -> None:
    wanted = expect(expects_result=True, result={"status": "delivered", "items": [{"sku": 1}]})
    (finding,) = report(story_with_answer(), turn(in_order(wanted))).findings
    assert (finding.kind, finding.owner) == ("wrong_result", "handler")
    assert finding.message == (
        "get_order_status was expected to answer result.status 'delivered' (text), "
        "but answered 'out_for_delivery' (text)"
    )
    assert finding.differences[1] == Difference(
        path="result.items", expected="[{sku: 1}] (list)", actual="absent"
    )
    assert finding.detail == "answer: {status: out_for_delivery, eta: today by 6pm}"
    assert finding.change == "result: {status: out_for_delivery, items: !absent }"
    assert str(finding.span) == "s.yaml#calls.get_order_status.result:1:1"


def test_the_answer_of_a_failed_call_is_read_from_its_response() -> None:
    wanted = expect(status=404, expects_result=True, result={"error": "not_found"})
    body = HttpResponse(status=404, body=b'{"error": "not_found"}')
    assert findings(story_with_failure(body), turn(in_order(wanted))) == []


@pytest.mark.parametrize(
    ("response", "broken", "message", "detail"),
    [
        (
            HttpResponse(status=500, body=b"Internal Server Error"),
            fault("crash", "the handler raised KeyError: 'eta'", "Traceback\nKeyError: 'eta'"),
            "get_order_status failed: the handler raised KeyError: 'eta'",
            "Traceback\nKeyError: 'eta'",
        ),
        (
            HttpResponse(status=500, body=b'{"error": "db"}'),
            None,
            "get_order_status failed: the handler answered 500",
            '{"error": "db"}',
        ),
        (
            HTML,
            None,
            "get_order_status failed: the handler answered 200 with an HTML page instead of JSON",
            "<p>Hi</p>",
        ),
        (
            HttpResponse(status=200, body=b"  "),
            None,
            "get_order_status failed: the handler answered 200 with an empty body",
            None,
        ),
        (
            HttpResponse(status=200, body=b"{'a'}"),
            None,
            "get_order_status failed: the handler answered 200 with a body that is not JSON",
            "{'a'}",
        ),
        (
            None,
            fault("connection", "the handler closed the connection"),
            "get_order_status failed: the handler closed the connection",
            None,
        ),
        (None, None, "get_order_status failed: no idea", None),
    ],
    ids=["crash", "500", "html", "empty", "not json", "connection", "reason"],
)
def test_an_unexpected_failure_shows_what_the_handler_did(
    response: HttpResponse | None, broken: HttpFault | None, message: str, detail: str | None
) -> None:
    (finding,) = report(story_with_failure(response, broken, "no idea"), ANY).findings
    assert (finding.kind, finding.owner) == ("handler_error", "handler")
    assert (finding.message, finding.detail) == (message, detail)
    assert finding.hint is None  # the handler is to be put right


@pytest.mark.parametrize("status", [400, 404, 409, 422])
def test_the_hint_of_a_refusal_offers_its_status(status: int) -> None:
    refused = HttpResponse(status=status, body=b'{"error": "no"}')
    (finding,) = report(story_with_failure(refused, None, "no"), ANY).findings
    assert finding.hint == "where this is meant, write `status: error` beside the call"


@pytest.mark.parametrize(
    "response",
    [
        HttpResponse(status=404, body=b"<!doctype html><title>Not Found</title>"),
        HttpResponse(status=307, headers=(("Location", "/orders/"),)),
        HttpResponse(status=200, body=b"{"),
        HttpResponse(status=503, body=b"{}"),
    ],
    ids=["page", "redirect", "broken JSON", "503"],
)
def test_a_mistake_of_the_handler_has_no_hint(response: HttpResponse) -> None:
    (finding,) = report(story_with_failure(response, None, "no"), ANY).findings
    assert finding.hint is None


def test_an_html_page_is_recognized_by_its_first_characters() -> None:
    page = HttpResponse(status=200, body=b"\n<!DOCTYPE html><html></html>")
    assert findings(story_with_failure(page), ANY) == [
        (
            "handler_error",
            "get_order_status failed: the handler answered 200 with an HTML page instead of JSON",
        )
    ]


def test_a_redirect_has_the_reason_of_the_delivery() -> None:
    reason = "the handler answered 302 Found to '/login', and redirects are not followed"
    story = story_with_failure(
        HttpResponse(status=302, headers=(("Location", "/login"),)), reason=reason
    )
    assert findings(story, ANY) == [("handler_error", f"get_order_status failed: {reason}")]


def test_the_test_owns_a_canned_answer_that_fails() -> None:
    canned = HttpExchange(
        request=HttpRequest(method="POST", url="https://shop.example/get_order_status"),
        response=HttpResponse(status=503, body=b"{}"),
        answered_by="canned",
    )
    story = Story().user()
    call_id = story.opens()
    story.record(ToolDelivered(call_id=call_id, purpose="tool", exchange=canned))
    reason = "the canned answer is 503 Service Unavailable"
    story.resolves(call_id, "", status="error", http_status=503, by="canned", reason=reason)
    (finding,) = report(story.pal("Sorry.").end(), ANY).findings
    assert (finding.owner, finding.message) == ("test", f"get_order_status failed: {reason}")


def test_an_expected_refusal_is_no_failure() -> None:
    story = story_with_failure(HttpResponse(status=409, body=b"{}"))
    assert findings(story, turn(in_order(expect(status="error")))) == []
    assert findings(story, turn(in_order(expect(status=409)))) == []


_JSON = (("Content-Type", "application/json"),)
BROKEN_REFUSAL = HttpResponse(status=404, headers=_JSON, body=b'{"error": ')
A_PAGE = HttpResponse(status=200, body=b"<html>Log in</html>")
RAISED = fault("crash", "the handler raised KeyError")
FAILURES: list[tuple[HttpResponse | None, HttpFault | None, int | StatusWord]] = [
    (HttpResponse(status=500, body=b"{}"), None, "crash"),
    (HttpResponse(status=503, body=b"{}"), None, "crash"),
    (HttpResponse(status=500, body=b"Internal Server Error"), RAISED, "crash"),
    (HttpResponse(status=200, body=b"{}"), RAISED, "crash"),
    (None, RAISED, "crash"),
    (None, fault("broken", "the handler closed the connection"), "crash"),
    (None, fault("connection", "nothing answers"), "unreachable"),
    (None, fault("too_large", "16 MiB"), "unreadable"),
    (A_PAGE, None, "unreadable"),
    (HttpResponse(status=200, body=b'{"eta":'), None, "unreadable"),
    (HttpResponse(status=302, headers=(("Location", "/login"),)), None, "unreadable"),
    (BROKEN_REFUSAL, None, "unreadable"),
    (HttpResponse(status=404, body=b"{}"), RAISED, "crash"),
]


@pytest.mark.parametrize(("response", "broken", "word"), FAILURES)
def test_a_fault_meets_only_the_status_of_its_own_name(
    response: HttpResponse | None, broken: HttpFault | None, word: StatusWord
) -> None:
    story = story_with_failure(response, broken, "it went wrong")
    assert findings(story, turn(in_order(expect(status=word)))) == []
    for other in get_args(StatusWord):
        if other != word:
            (finding,) = report(story, turn(in_order(expect(status=other)))).findings
            assert finding.kind == ("handler_error" if other == "success" else "wrong_status")


@pytest.mark.parametrize("response", [A_PAGE, HttpResponse(status=200, body=b"{}")])
def test_status_200_needs_an_answer_that_can_be_used(response: HttpResponse) -> None:
    story = story_with_failure(
        response, RAISED if response is not A_PAGE else None, "it went wrong"
    )
    (finding,) = report(story, turn(in_order(expect(status=200)))).findings
    assert finding.kind == "wrong_status"
    assert finding.message.startswith(
        "get_order_status was expected to be answered 200, but was answered 200 and "
    )
    assert finding.change != "status: 200"
    assert findings(story_with_answer(), turn(in_order(expect(status=200)))) == []


@pytest.mark.parametrize(
    ("response", "broken"), [(BROKEN_REFUSAL, None), (HttpResponse(status=404), RAISED)]
)
def test_a_4xx_status_needs_a_refusal_without_a_fault(
    response: HttpResponse, broken: HttpFault | None
) -> None:
    story = story_with_failure(response, broken, "it went wrong")
    (finding,) = report(story, turn(in_order(expect(status=404)))).findings
    assert (finding.kind, finding.hint) == ("wrong_status", None)
    assert finding.change != "status: 404"


def test_an_unreadable_refusal_has_the_reason_of_the_delivery() -> None:
    reason = "the handler answered 404 Not Found with broken JSON"
    (finding,) = report(story_with_failure(BROKEN_REFUSAL, reason=reason), ANY).findings
    assert finding.message == f"get_order_status failed: {reason}"
    assert finding.hint is None


def test_the_hint_of_a_canned_answer_names_a_status_that_would_pass() -> None:
    story = Story().user().fails(response=BROKEN_REFUSAL, by="canned").pal("Sorry.").end()
    (finding,) = report(story, turn(in_order(expect()))).findings
    assert finding.hint is not None
    assert "`status: unreadable`" in finding.hint


def test_a_server_error_is_expected_by_its_number() -> None:
    story = story_with_failure(HttpResponse(status=503, body=b"{}"))
    assert findings(story, turn(in_order(expect(status=503)))) == []
    (finding,) = report(story, turn(in_order(expect(status=500)))).findings
    assert (finding.kind, finding.change) == ("wrong_status", None)


def test_an_application_that_raises_has_status_500_as_behind_a_server() -> None:
    assert findings(story_with_failure(None, RAISED), turn(in_order(expect(status=500)))) == []
    cut = fault("broken", "the handler raised in the middle of its answer")
    (finding,) = report(story_with_failure(None, cut), turn(in_order(expect(status=500)))).findings
    assert finding.kind == "wrong_status"


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (404, "was expected to be answered 404, but was answered 200 and ended in success"),
        ("error", "was expected to end in error, but was answered 200 and ended in success"),
    ],
)
def test_a_wrong_status_is_shown_with_the_answer(status: int | StatusWord, message: str) -> None:
    (finding,) = report(story_with_answer(), turn(in_order(expect(status=status)))).findings
    assert (finding.kind, finding.message) == ("wrong_status", f"get_order_status {message}")
    assert finding.detail == "answer: {status: out_for_delivery, eta: today by 6pm}"


def test_an_empty_answer_is_a_success_that_has_no_result() -> None:
    story = Story().user()
    call_id = story.opens()
    story.resolves(call_id, "").pal("Done.").end()
    assert findings(story, turn(in_order(expect()))) == []
    wanted = expect(expects_result=True, result={"eta": "today"})
    (finding,) = report(story, turn(in_order(wanted))).findings
    assert finding.kind == "wrong_result"
