"""The outcome for the PAL, for every answer of a handler."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.errors import HarnessError
from pytest_tavus.handler.delivery.outcome import ToolOutcome, outcome_of, without_query
from pytest_tavus.trace.events import Failure
from pytest_tavus.wire import FaultKind, HttpExchange, HttpFault, HttpRequest, HttpResponse
from tests.handler.delivery.samples import URL, answer, fault
from tests.strategies import exchanges

REQUEST = HttpRequest(method="POST", url=URL)


def outcome(
    response: HttpResponse | None = None,
    found: HttpFault | None = None,
    *,
    answered_by: Any = "handler",
) -> ToolOutcome:
    exchange = HttpExchange(
        request=REQUEST, response=response, fault=found, answered_by=answered_by
    )
    return outcome_of(exchange, max_bytes=1000)


@pytest.mark.parametrize("status", [200, 201, 202, 299])
@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "text/html", None])
def test_a_2xx_answer_in_json_is_the_output_as_it_is(status: int, content_type: str | None) -> None:
    response = answer(b'{ "eta":"today" }', status=status, content_type=content_type)
    assert outcome(response) == ToolOutcome(
        status="success",
        output='{ "eta":"today" }',
        http_status=status,
        reason=None,
        answered_by="handler",
    )


@pytest.mark.parametrize("body", [b"", b" \n"])
@pytest.mark.parametrize("status", [200, 204])
def test_an_empty_answer_is_a_success_without_output(status: int, body: bytes) -> None:
    found = outcome(answer(body, status=status, content_type=None))
    assert (found.status, found.output, found.http_status) == ("success", "", status)


@pytest.mark.parametrize("body", [b"null", b"0", b'"text"', b"[]", "\ufeff{}".encode()])
def test_any_json_value_is_an_answer(body: bytes) -> None:
    assert outcome(answer(body)).status == "success"


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (
            answer(b"<html>\n <h1>Oops</h1></html>", content_type="text/html; charset=utf-8"),
            "the handler answered HTML, not JSON",
        ),
        (
            answer(b"ok", content_type="text/plain"),
            "the handler answered plain text, not JSON: 'ok'",
        ),
        (answer(b"a,b", content_type="Text/CSV"), "the handler answered text/csv, not JSON: 'a,b'"),
        (
            answer(b"ok", content_type=None),
            "the handler answered something that is not JSON and has no Content-Type: 'ok'",
        ),
        (answer(b'{"eta": '), "the handler answered broken JSON: '{\"eta\":'"),
        (
            answer(b"{'a': 1}", content_type="application/problem+json"),
            "the handler answered broken JSON",
        ),
        (answer(b"NaN"), "the handler answered broken JSON: 'NaN'"),
        (answer(b"\xff\xfe"), "the handler answered broken JSON: '\ufffd\ufffd'"),
        (
            answer(b"word " * 30),
            "the handler answered broken JSON",
        ),
        (answer(b"[" * 900), "the handler answered broken JSON"),
        (answer({}, status=404), "the handler answered 404 Not Found"),
        (answer({}, status=500), "the handler answered 500 Internal Server Error"),
        (answer({}, status=599), "the handler answered 599"),
        (answer({}, status=304), "the handler answered 304 Not Modified"),
        (answer({}, status=100), "the handler answered 100 Continue"),
        (
            answer(b"1" * 1001),
            "the handler answered 1,001 bytes, and an answer may have 1,000 at most",
        ),
    ],
)
def test_every_other_answer_is_an_error_with_a_reason(response: HttpResponse, reason: str) -> None:
    assert outcome(response) == ToolOutcome(
        status="error",
        output="",
        http_status=response.status,
        reason=reason,
        answered_by="handler",
        failure=classify_failure(response.status),
    )


@pytest.mark.parametrize(
    ("response", "flaw"),
    [
        (answer(b'{"error": ', status=404), "broken JSON: '{\"error\":'"),
        (answer('{"error": "caf\xe9"}'.encode("latin-1"), status=422), "broken JSON"),
        (
            answer(b"Oops", status=400, content_type="application/problem+json"),
            "broken JSON: 'Oops'",
        ),
        (
            answer(b"1" * 1001, status=404, content_type="text/plain"),
            "1,001 bytes, and an answer may have 1,000 at most",
        ),
    ],
)
def test_a_refusal_that_cannot_be_read_is_unreadable(response: HttpResponse, flaw: str) -> None:
    found = outcome(response)
    assert (found.status, found.failure) == ("error", "unreadable")
    assert found.reason is not None
    assert f" with {flaw}" in found.reason


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"error": "gone"}', "application/json"),
        (b"", "application/json"),
        (b"no such order", "text/plain"),
        (b"<h1>Not Found</h1>", "text/html"),
        (b'{"error": ', "text/plain"),
        (b"no such order", None),
    ],
)
def test_a_refusal_need_not_be_json(body: bytes, content_type: str | None) -> None:
    found = outcome(answer(body, status=404, content_type=content_type))
    assert (found.status, found.failure) == ("error", None)
    assert found.reason == "the handler answered 404 Not Found"


def classify_failure(status: int) -> Failure | None:
    if status >= 500:
        return "crash"
    return None if status >= 400 else "unreadable"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_says_where_it_leads(status: int) -> None:
    location = "https://user:pw@api.example.com/orders/?key=hunter22#x"
    response = HttpResponse(status=status, headers=(("location", location),))
    found = outcome(response)
    assert found.status == "error"
    assert found.reason is not None
    assert found.reason.startswith(f"the handler answered {status} ")
    assert found.reason.endswith(
        " to 'https://api.example.com/orders/', and redirects are not followed"
    )


def test_the_reason_names_a_canned_answer() -> None:
    found = outcome(answer({}, status=503), answered_by="canned")
    assert found.answered_by == "canned"
    assert found.reason == "the canned answer is 503 Service Unavailable"


@pytest.mark.parametrize(
    ("kind", "status", "failure", "answered_by"),
    [
        ("timeout", "timeout", None, "handler"),
        ("connection", "error", "unreachable", "handler"),
        ("broken", "error", "crash", "handler"),
        ("crash", "error", "crash", "handler"),
        ("too_large", "error", "unreadable", "handler"),
        ("unmapped", "error", "unreachable", "nobody"),
        ("unhandled", "error", "unreachable", "nobody"),
    ],
)
def test_the_reason_of_a_fault_is_its_message(
    kind: FaultKind, status: str, failure: str | None, answered_by: str
) -> None:
    found = outcome(found=fault(kind, "this happened"))
    assert (found.status, found.answered_by, found.http_status) == (status, answered_by, None)
    assert found.failure == failure
    assert (found.output, found.reason) == ("", "this happened")


@pytest.mark.parametrize("status", [200, 500])
def test_a_crash_beside_an_answer_is_an_error(status: int) -> None:
    found = outcome(answer({}, status=status), fault("crash", "the handler raised KeyError"))
    assert (found.status, found.http_status, found.failure) == ("error", status, "crash")
    assert found.reason == "the handler raised KeyError"


@pytest.mark.parametrize("body", [b"x" * 61, b"it's wrong", b"a\\b", b"two\nlines", b" "])
def test_a_body_is_quoted_as_it_is_or_not_at_all(body: bytes) -> None:
    bare = "the handler answered plain text, not JSON"
    assert outcome(answer(b"out of order", content_type="text/plain")).reason == (
        f"{bare}: 'out of order'"
    )
    reason = outcome(answer(body, content_type="text/plain")).reason
    assert reason in {bare, None}


def test_an_exchange_without_response_and_fault_is_an_error_of_the_harness() -> None:
    with pytest.raises(HarnessError, match="neither a response nor a fault"):
        outcome()


@given(exchange=exchanges, max_bytes=st.integers(0, 50))
def test_every_exchange_is_a_success_or_has_a_reason(
    exchange: HttpExchange, max_bytes: int
) -> None:
    if exchange.response is None and exchange.fault is None:
        return
    found = outcome_of(exchange, max_bytes=max_bytes)
    assert (found.status == "success") is (found.reason is None)
    assert found.status == "success" or found.output == ""


@pytest.mark.parametrize(
    ("url", "redacted"),
    [
        ("https://a.test/x?y=1#z", "https://a.test/x"),
        ("https://u:p@a.test", "https://a.test"),
        ("/orders/?k=1", "/orders/"),
        ("//u:p@a.test/x", "//a.test/x"),
    ],
)
def test_a_url_in_a_reason_has_no_secrets(url: str, redacted: str) -> None:
    assert without_query(url) == redacted


def test_a_text_answer_is_the_output_if_the_profile_allows_it() -> None:
    exchange = HttpExchange(
        request=REQUEST, response=answer(b"Table 7 is free.", content_type="text/plain")
    )
    found = outcome_of(exchange, max_bytes=1000, text_answers=True)
    assert (found.status, found.output, found.reason) == ("success", "Table 7 is free.", None)


def test_html_is_no_answer_even_if_the_profile_allows_text() -> None:
    exchange = HttpExchange(
        request=REQUEST, response=answer(b"<h1>Oops</h1>", content_type="text/html")
    )
    found = outcome_of(exchange, max_bytes=1000, text_answers=True)
    assert (found.status, found.reason) == (
        "error",
        "the handler answered HTML, not JSON: '<h1>Oops</h1>'",
    )
