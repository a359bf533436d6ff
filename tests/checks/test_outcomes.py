"""What became of a call: answered as expected, in time, by a handler that did not fail."""

from __future__ import annotations

import pytest

from pytest_tavus.scenario.model import StatusWord
from pytest_tavus.trace.events import Fault, Saved, ToolDelivered, Withheld
from pytest_tavus.verdict import Difference
from pytest_tavus.wire import FaultKind, HttpExchange, HttpFault, HttpRequest, HttpResponse
from tests.checks.story import Story, expect, in_order, report, told, tool, turn

ANY = turn(in_order(expect()))
HTML = HttpResponse(status=200, headers=(("Content-Type", "text/html"),), body=b"<p>Hi</p>")


def answered() -> Story:
    return Story().user().call().pal("It is on its way.").end()


def failing(
    response: HttpResponse | None = None, fault: HttpFault | None = None, reason: str | None = None
) -> Story:
    story = Story().user().fails(response=response, fault=fault, reason=reason)
    return story.pal("Sorry.").end()


def fault(kind: FaultKind, message: str, traceback: str | None = None) -> HttpFault:
    return HttpFault(kind=kind, message=message, traceback=traceback)


def test_the_answer_is_held_as_a_subset() -> None:
    wanted = expect(expects_result=True, result={"status": "out_for_delivery"})
    assert told(answered(), turn(in_order(wanted))) == []


def test_another_answer_is_shown_in_full_with_the_first_difference() -> None:
    wanted = expect(expects_result=True, result={"status": "delivered", "items": [{"sku": 1}]})
    (finding,) = report(answered(), turn(in_order(wanted))).findings
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


def test_the_answer_of_a_failed_call_is_read_from_the_wire() -> None:
    wanted = expect(status=404, expects_result=True, result={"error": "not_found"})
    body = HttpResponse(status=404, body=b'{"error": "not_found"}')
    assert told(failing(body), turn(in_order(wanted))) == []


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
def test_a_failure_nobody_expected_shows_what_the_handler_did(
    response: HttpResponse | None, broken: HttpFault | None, message: str, detail: str | None
) -> None:
    (finding,) = report(failing(response, broken, "no idea"), ANY).findings
    assert (finding.kind, finding.owner) == ("handler_error", "handler")
    assert (finding.message, finding.detail) == (message, detail)
    assert finding.hint is None  # the handler is to be put right


@pytest.mark.parametrize("status", [400, 404, 409, 422])
def test_a_refusal_may_be_meant(status: int) -> None:
    refused = HttpResponse(status=status, body=b'{"error": "no"}')
    (finding,) = report(failing(refused, None, "no"), ANY).findings
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
def test_what_no_handler_means_is_not_offered(response: HttpResponse) -> None:
    (finding,) = report(failing(response, None, "no"), ANY).findings
    assert finding.hint is None


def test_a_page_is_known_by_how_it_begins() -> None:
    page = HttpResponse(status=200, body=b"\n<!DOCTYPE html><html></html>")
    assert told(failing(page), ANY) == [
        (
            "handler_error",
            "get_order_status failed: the handler answered 200 with an HTML page instead of JSON",
        )
    ]


def test_a_redirect_is_told_in_the_words_of_the_delivery() -> None:
    reason = "the handler answered 302 Found to '/login', and redirects are not followed"
    story = failing(HttpResponse(status=302, headers=(("Location", "/login"),)), reason=reason)
    assert told(story, ANY) == [("handler_error", f"get_order_status failed: {reason}")]


def test_a_canned_answer_that_fails_is_the_scenarios_own() -> None:
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


def test_a_failure_that_is_expected_is_no_failure() -> None:
    story = failing(HttpResponse(status=500, body=b"{}"))
    assert told(story, turn(in_order(expect(status="error")))) == []
    assert told(story, turn(in_order(expect(status=500)))) == []


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (404, "was expected to be answered 404, but was answered 200 and ended in success"),
        ("error", "was expected to end in error, but was answered 200 and ended in success"),
    ],
)
def test_another_status_is_told_with_the_answer(status: int | StatusWord, message: str) -> None:
    (finding,) = report(answered(), turn(in_order(expect(status=status)))).findings
    assert (finding.kind, finding.message) == ("wrong_status", f"get_order_status {message}")
    assert finding.detail == "answer: {status: out_for_delivery, eta: today by 6pm}"


def test_a_call_without_an_answer_is_unanswered() -> None:
    story = Story().user()
    story.resolves(story.opens(), "", status="unanswered", http_status=None, by="nobody")
    assert told(story.end(), ANY) == [
        ("unanswered_call", "get_order_status was not answered: the client did not answer")
    ]


def test_a_call_that_is_still_open_is_unanswered() -> None:
    story = Story().user()
    story.opens()
    assert told(story.end(), ANY) == [
        (
            "unanswered_call",
            "get_order_status was not answered: it was still open when the conversation ended",
        )
    ]


def test_an_app_message_that_nobody_waits_for_needs_no_answer() -> None:
    tools = (tool(client=True, on_resolve="fire_and_forget"),)
    story = Story().user()
    story.resolves(story.opens(), "", status="unanswered", http_status=None, by="nobody")
    assert told(story.end(), ANY, tools=tools) == []


def test_a_call_that_nothing_takes_is_never_green() -> None:
    broken = fault("unhandled", "no handler and no canned answer takes this call")
    for status in (None, "error"):
        wanted = turn(in_order(expect(status=status)))
        (finding,) = report(failing(None, broken), wanted).findings
        assert (finding.kind, finding.owner) == ("unhandled_call", "test")
        assert finding.message == (
            "get_order_status: {order_id: A-10428} reached nothing: "
            "no handler and no canned answer takes this call"
        )


def test_an_allowed_extra_call_must_succeed_too() -> None:
    story = failing(HttpResponse(status=500, body=b"{}"))
    assert told(story, turn(None, extra=True)) == [
        ("handler_error", "get_order_status failed: the handler answered 500")
    ]


def test_a_client_tool_that_raised_is_told_once_with_its_traceback() -> None:
    story = Story().user()
    call_id = story.opens()
    story.record(Fault(owner="handler", message="shop:cart raised KeyError", detail="Traceback"))
    story.resolves(call_id, "", status="error", http_status=None, by="client").pal("Sorry.").end()
    (finding,) = report(story, ANY).findings
    assert (finding.kind, finding.detail) == ("handler_error", "Traceback")
    assert finding.message == "get_order_status failed: shop:cart raised KeyError"
    assert told(story, turn(in_order(expect(status="error")))) == []


def test_a_client_call_that_no_answer_takes_is_told_once() -> None:
    story = Story().user()
    call_id = story.opens(channel="app_message")
    story.record(Fault(owner="test", message="no client answer takes get_order_status"))
    story.resolves(call_id, "", status="unanswered", http_status=None, by="nobody").end()
    assert told(story, ANY) == [
        (
            "unhandled_call",
            (
                "get_order_status: {order_id: A-10428} reached nothing: "
                "no client answer takes get_order_status"
            ),
        )
    ]


def test_an_answer_that_is_too_late_shows_what_was_measured() -> None:
    assert told(answered(), turn(in_order(expect(within=1.0)))) == []
    assert told(answered(), turn(in_order(expect(within=0.75)))) == [
        (
            "too_late",
            (
                "the answer of get_order_status was expected within 0.75 s of the caller's line, "
                "but came after 1 s"
            ),
        )
    ]


def test_what_was_to_be_kept_must_have_been_there() -> None:
    wanted = turn(in_order(expect(save={"eta": "result.eta"})))
    (finding,) = report(answered(), wanted).findings
    assert finding.kind == "nothing_saved"
    assert finding.message == (
        "'eta' was to be kept from result.eta, but get_order_status has no such value"
    )
    story = Story().user().call().record(Saved(name="eta", value="6pm")).pal("Ok.").end()
    assert told(story, wanted) == []


def test_a_turn_keeps_from_its_last_call() -> None:
    wanted = turn(None, extra=True, save={"eta": "result.eta"})
    assert told(Story().user().end(), wanted) == [
        ("nothing_saved", "'eta' was to be kept from result.eta, but no call was made")
    ]


def test_a_field_the_handler_did_not_send_is_named_with_the_answer() -> None:
    line = Withheld(
        template="It comes {result.etta}.", reason="missing_path", path="result.etta", call_id="t1"
    )
    (finding,) = report(Story().user().call().record(line).pal("Hm.").end(), ANY).findings
    assert (finding.kind, finding.owner) == ("unknown_answer", "handler")
    assert finding.message == (
        "the PAL cannot fill {result.etta}: the answer of get_order_status has no such value"
    )
    assert finding.detail == (
        "line: It comes {result.etta}.\nanswer: {status: out_for_delivery, eta: today by 6pm}"
    )
    assert finding.hint == "did you mean 'eta'?"


@pytest.mark.parametrize(("output", "shown"), [("", "nothing"), ("null", "null")])
def test_an_empty_answer_is_told_apart_from_null(output: str, shown: str) -> None:
    line = Withheld(template="{result.a}", reason="missing_path", path="result.a", call_id="t1")
    story = Story().user().call(output=output).record(line).pal("Hm.").end()
    (finding,) = report(story, ANY).findings
    assert finding.detail == f"line: {{result.a}}\nanswer: {shown}"


def test_an_answer_that_on_resolve_keeps_back_is_told_with_what_to_set() -> None:
    line = Withheld(
        template="It comes {result.eta}.", reason="not_in_context", path="result.eta", call_id="t1"
    )
    story = Story().user().call().record(line).end()
    (finding,) = report(story, ANY, tools=(tool(on_resolve=None),)).findings
    assert (finding.kind, finding.owner) == ("unknown_answer", "agent")
    assert finding.message == (
        "the PAL cannot fill {result.eta}: on_resolve keeps the answer of get_order_status from it"
    )
    assert finding.hint == (
        "set `on_resolve: generate_response` on get_order_status, "
        "which has fire_and_forget (the default), at p.pal.yaml#tools[0].on_resolve:1:1"
    )


def test_a_line_that_needs_the_answer_of_a_failed_call_names_the_failure() -> None:
    line = Withheld(template="{result}", reason="call_failed", path="result", call_id="t1")
    story = Story().user().fails(response=HttpResponse(status=500, body=b"{}")).record(line)
    found = told(story.pal("Sorry.").end(), turn(in_order(expect(status="error"))))
    assert found == [
        (
            "unknown_answer",
            (
                "the PAL cannot fill {result}: get_order_status gave no answer, "
                "because the handler answered 500"
            ),
        )
    ]


def test_a_placeholder_that_reads_no_answer_is_the_scenarios_own() -> None:
    line = Withheld(template="{saved.x}", reason="missing_path", path="saved.x")
    (finding,) = report(Story().user().record(line).end(), turn()).findings
    assert (finding.owner, finding.message) == (
        "test",
        "the PAL cannot fill {saved.x}: nothing was saved under that name",
    )
