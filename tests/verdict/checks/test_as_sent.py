"""`calls` and `never` hold what was sent, whatever the PAL's call said."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_tavus.contract.tool.tool import Delivery, Tool
from pytest_tavus.handler.delivery.profile import DeliveryProfile
from pytest_tavus.handler.sent.reader import RequestReader
from pytest_tavus.matching.matchers.registry import build_matcher
from pytest_tavus.scenario.values.model import CallPattern
from pytest_tavus.trace.events import Fault, ToolDelivered, ToolStatus
from pytest_tavus.trace.redaction.redact import Redaction, Secret
from pytest_tavus.trace.redaction.shown import mask_trace
from pytest_tavus.verdict.checks.run import CheckReport
from pytest_tavus.verdict.verdict import Finding
from pytest_tavus.wire import HttpExchange, HttpRequest, HttpResponse
from tests.verdict.checks.story import (
    READ,
    Story,
    check,
    expect,
    in_order,
    report,
    scenario,
    tool,
    turn,
)

NAME = "cancel_order"
TEXT = {"type": "string"}
ANY_VALUE, ABSENT = build_matcher("any", None), build_matcher("absent", None)


def cancel_tool(properties: dict[str, Any] | None = None, **api: Any) -> Tool:
    delivery = Delivery.from_json({"api": {"url": "https://shop.test/v1", **api}})
    declared = properties or {"order_id": TEXT}
    return tool(NAME, delivery=delivery, parameters={"type": "object", "properties": declared})


def story_with_request(
    called: dict[str, Any], body: bytes = b"", url: str = "https://shop.test/v1", **headers: str
) -> Story:
    """A conversation in which a call was made by this request, and answered."""
    story = Story().user()
    call_id = story.opens(NAME, called)
    deliver(story, call_id, body, url)
    return story.resolves(call_id).pal("Done.").end()


def deliver(
    story: Story, call_id: str, body: bytes, url: str = "https://shop.test/v1", status: int = 200
) -> None:
    exchange = HttpExchange(
        request=HttpRequest(method="POST", url=url, body=body),
        response=HttpResponse(status=status, body=b"{}"),
    )
    story.record(ToolDelivered(call_id=call_id, purpose="tool", exchange=exchange))


def check_call(
    story: Story, arguments: Any, tested: Tool, *, profile: DeliveryProfile | None = None, **of: Any
) -> tuple[Finding, ...]:
    plan = turn(in_order(expect(NAME, arguments, **of)))
    read = READ if profile is None else RequestReader(profile)
    return check(scenario(plan, tools=(tested,)), story.trace(), read=read).findings


def kinds(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.kind for finding in findings]


A, B = {"order_id": "A-10428"}, {"order_id": "A-10429"}


def test_a_call_whose_request_carries_nothing_fails() -> None:
    nothing = cancel_tool(body_template={"all": True})
    (finding,) = check_call(story_with_request(A, b'{"all": true}'), A, nothing)
    assert finding.kind == "wrong_arguments"
    assert finding.message == (
        "cancel_order was expected with arguments.order_id 'A-10428' (text), "
        "but was sent without it"
    )
    assert finding.closest == "cancel_order: {}"
    assert finding.detail == (
        'called: cancel_order: {order_id: A-10428}\nsent: POST https://shop.test/v1 {"all": true}'
    )
    assert finding.change is None
    carries = cancel_tool(body_template={"all": True, "id": "{order_id}"})
    assert check_call(story_with_request(A, b'{"all": true, "id": "A-10428"}'), A, carries) == ()


ENVELOPE = (
    '{{"arguments": "{{\\"order_id\\": \\"{0}\\"}}", '
    '"properties": {{"arguments": "{{\\"order_id\\": \\"{0}\\"}}"}}}}'
)
PLACES: list[tuple[dict[str, Any], str, str]] = [
    ({"url": "https://shop.test/v1/{order_id}", "method": "DELETE"}, "/{}", ""),
    ({"query_params": {"id": "{order_id}"}, "method": "GET"}, "?id={}", ""),
    ({}, "", '{{"order_id": "{}"}}'),
    ({"body_template": {"ids": ["<{order_id}>"]}}, "", '{{"ids": ["<{}>"]}}'),
    ({"content_type": "application/x-www-form-urlencoded"}, "", "order_id={}"),
    (
        {"auth": {"type": "hmac", "secret": "s"}},
        "",
        ENVELOPE,
    ),
]


@pytest.mark.parametrize(("api", "url", "body"), PLACES)
def test_sent_arguments_are_compared_and_not_the_called_ones(
    api: dict[str, Any], url: str, body: str
) -> None:
    tested = cancel_tool(**api)

    def sent(value: str) -> Story:
        return story_with_request(
            A, body.format(value).encode(), f"https://shop.test/v1{url.format(value)}"
        )

    assert check_call(sent("A-10428"), A, tested) == ()
    assert kinds(check_call(sent("A-10429"), A, tested)) == ["wrong_arguments"]
    # The positive twin of the second: what was sent is what counts.
    assert check_call(sent("A-10429"), B, tested) == ()
    assert kinds(check_call(sent("A-10428 "), A, tested)) in (
        ["wrong_arguments"],
        ["unclear_arguments"],
    )


def test_an_app_message_carries_the_call_as_it_is() -> None:
    client = tool(NAME, client=True)
    story = Story().user()
    story.resolves(story.opens(NAME, A, channel="app_message")).pal("Done.").end()
    assert check_call(story, A, client) == ()
    assert kinds(check_call(story, B, client)) == ["wrong_arguments"]


SPLIT = cancel_tool(
    {"order_id": TEXT, "shop": TEXT}, method="DELETE", url="https://shop.test/{shop}-{order_id}"
)
BOTH = {"shop": "S-1", "order_id": "A"}


@pytest.mark.parametrize(
    "expected", [A, {"order_id": ANY_VALUE}, {"order_id": ABSENT}, build_matcher("any", None)]
)
def test_an_ambiguous_argument_always_fails(expected: Any) -> None:
    (finding,) = check_call(
        story_with_request(BOTH, url="https://shop.test/S-1-A"), expected, SPLIT
    )
    assert (finding.kind, finding.owner) == ("unclear_arguments", "test")
    assert finding.hint is not None
    assert "between the placeholders" in finding.hint
    assert finding.detail == (
        "called: cancel_order: {shop: S-1, order_id: A}\nsent: POST https://shop.test/S-1-A"
    )


def test_an_unambiguous_argument_passes() -> None:
    apart = {"shop": "S1", "order_id": "A"}
    assert check_call(story_with_request(apart, url="https://shop.test/S1-A"), apart, SPLIT) == ()
    assert kinds(
        check_call(story_with_request(apart, url="https://shop.test/S1-B"), apart, SPLIT)
    ) == ["wrong_arguments"]


def test_an_ambiguous_argument_without_an_expectation_is_no_finding() -> None:
    story = story_with_request(BOTH, url="https://shop.test/S-1-A")
    assert check_call(story, {}, SPLIT) == ()
    assert kinds(check_call(story, {}, SPLIT, exact=True)) == ["unclear_arguments"]


def test_a_certain_difference_is_reported_before_an_ambiguous_argument() -> None:
    properties: dict[str, Any] = dict.fromkeys(("x", "y", "z"), TEXT)
    tested = cancel_tool(properties, body_template={"xy": "{x}-{y}", "z": "{z}"})
    story = story_with_request({"x": "1-2", "y": "3", "z": "4"}, b'{"xy": "1-2-3", "z": "4"}')
    assert kinds(check_call(story, {"x": "1-2", "z": "5"}, tested)) == ["wrong_arguments"]
    (finding,) = check_call(story, {"x": "1-2", "y": "3", "z": "4"}, tested)
    assert "and so can 1 more" in finding.message


def test_a_text_without_a_type_asks_for_one() -> None:
    untyped = cancel_tool({"order_id": {}}, method="GET", url="https://shop.test/v1/{order_id}")
    (finding,) = check_call(
        story_with_request({"order_id": 42}, url="https://shop.test/v1/42"),
        {"order_id": 42},
        untyped,
    )
    assert finding.hint == "declare its type in the tool's `parameters`"
    typed = cancel_tool(
        {"order_id": {"type": "integer"}}, url="https://shop.test/v1/{order_id}", method="GET"
    )
    story = story_with_request({"order_id": 42}, url="https://shop.test/v1/42")
    assert check_call(story, {"order_id": 42}, typed) == ()
    assert kinds(check_call(story, {"order_id": "42"}, typed)) == ["wrong_arguments"]


@pytest.mark.parametrize("body", [b"", b"order_id=A-10428", b"[]"])
def test_an_unreadable_body_always_fails(body: bytes) -> None:
    assert kinds(check_call(story_with_request(A, body), A, cancel_tool())) == ["unclear_arguments"]
    assert kinds(check_call(story_with_request(A, body), {}, cancel_tool(), exact=True)) == [
        "unclear_arguments"
    ]
    assert check_call(story_with_request(A, body), {}, cancel_tool()) == ()


def test_the_text_of_an_absent_argument_counts_as_absent_and_as_literal() -> None:
    tested = cancel_tool(body_template={"id": "{order_id}"})
    empty = DeliveryProfile(missing_argument="empty")
    story = story_with_request({}, b'{"id": ""}')
    for expected in (ABSENT, "", ANY_VALUE):
        assert check_call(story, {"order_id": expected}, tested, profile=empty) == ()
    assert check_call(story, {}, tested, profile=empty, exact=True) == ()
    assert check_call(story, build_matcher("not", {"order_id": "A"}), tested, profile=empty) == ()
    for wrong in ("A", None, " "):
        other = check_call(story, {"order_id": wrong}, tested, profile=empty)
        assert kinds(other) == ["wrong_arguments"]
    sent = story_with_request(A, b'{"id": "A-10428"}')
    assert kinds(check_call(sent, {"order_id": ABSENT}, tested, profile=empty)) == [
        "wrong_arguments"
    ]


def failed_before(status: ToolStatus = "error", *, fault: Fault | None = None) -> Story:
    """A conversation in which the token endpoint refused, so that no request was made."""
    story = Story().user()
    call_id = story.opens(NAME, A)
    exchange = HttpExchange(
        request=HttpRequest(method="POST", url="https://id.test/token"),
        response=HttpResponse(status=503),
    )
    story.record(ToolDelivered(call_id=call_id, purpose="token", exchange=exchange))
    if fault is not None:
        story.record(fault)
    return story.resolves(call_id, "", status=status, http_status=503).pal("Sorry.").end()


def test_a_call_that_was_never_sent_has_no_arguments_whatever_status_is_expected() -> None:
    for expected in (A, {"order_id": ABSENT}, {"order_id": ANY_VALUE}):
        (finding,) = check_call(failed_before(), expected, cancel_tool(), status="error")
        assert finding.kind == "unsent_call"
        assert finding.message == (
            "cancel_order was expected with arguments, but was never sent: "
            "the token endpoint answered 503 with an empty body"
        )
    assert kinds(check_call(failed_before(), {}, cancel_tool(), status="error", exact=True)) == [
        "unsent_call"
    ]
    assert check_call(failed_before(), {}, cancel_tool(), status="error") == ()
    assert kinds(check_call(failed_before(), A, cancel_tool())) == ["handler_error"]


def test_a_call_without_a_possible_request_is_one_finding() -> None:
    fault = Fault(owner="test", message="cancel_order cannot be sent: the header is long")
    story = failed_before("unanswered", fault=fault)
    assert kinds(check_call(story, A, cancel_tool(), status="unanswered")) == ["fault"]


def test_the_last_request_of_the_tool_counts() -> None:
    story = Story().user()
    call_id = story.opens(NAME, A)
    deliver(story, call_id, json.dumps(B).encode(), status=401)
    deliver(story, call_id, json.dumps(A).encode())
    story.resolves(call_id).pal("Done.").end()
    assert check_call(story, A, cancel_tool()) == ()
    assert kinds(check_call(story, B, cancel_tool())) == ["wrong_arguments"]


def test_identical_parallel_calls_keep_their_requests() -> None:
    def both(first: dict[str, Any], second: dict[str, Any]) -> CheckReport:
        story = Story().user()
        one, two = story.opens(NAME, A), story.opens(NAME, A)
        deliver(story, two, json.dumps(second).encode())
        deliver(story, one, json.dumps(first).encode())
        story.resolves(two).resolves(one).pal("Done.").end()
        plan = turn(in_order(expect(NAME, A), expect(NAME, B)))
        return report(story, plan, tools=(cancel_tool(),))

    assert both(A, B).findings == ()
    assert [finding.kind for finding in both(B, A).findings] == ["wrong_order"]
    assert [finding.kind for finding in both(A, A).findings] == ["wrong_arguments"]


def forbidden(story: Story, arguments: Any, tested: Tool) -> tuple[Finding, ...]:
    pattern = CallPattern(at=("never", 0), tool=NAME, arguments=arguments)
    plan = turn(in_order(expect(NAME)), never=(pattern,))
    return report(story, plan, tools=(tested,)).findings


def test_a_forbidden_call_fails_with_called_and_with_sent_arguments() -> None:
    story = story_with_request(A, json.dumps(B).encode())
    (called,) = forbidden(story, A, cancel_tool())
    (sent,) = forbidden(story, B, cancel_tool())
    assert called.message.startswith("cancel_order: {order_id: A-10428} was called, which must")
    assert sent.message.startswith("cancel_order: {order_id: A-10429} was called, which must")
    assert forbidden(story, {"order_id": "A-10430"}, cancel_tool()) == ()


def test_an_ambiguous_call_that_may_be_forbidden_fails() -> None:
    story = story_with_request(BOTH, url="https://shop.test/S-1-A")
    assert kinds(forbidden(story, {"order_id": "1-A"}, SPLIT)) == ["unclear_arguments"]
    assert kinds(forbidden(story, {"order_id": "A"}, SPLIT)) == ["forbidden_call"]
    apart = story_with_request({"shop": "S1", "order_id": "A"}, url="https://shop.test/S1-A")
    assert forbidden(apart, {"order_id": "B"}, SPLIT) == ()


def test_a_forbidden_call_without_a_request_fails_with_called_arguments() -> None:
    pattern = CallPattern(at=("never", 0), tool=NAME, arguments=A)
    plan = turn(in_order(expect(NAME, status="error")), never=(pattern,))
    assert kinds(report(failed_before(), plan, tools=(cancel_tool(),)).findings) == [
        "forbidden_call"
    ]
    other = CallPattern(at=("never", 0), tool=NAME, arguments=B)
    plan = turn(in_order(expect(NAME, status="error")), never=(other,))
    assert report(failed_before(), plan, tools=(cancel_tool(),)).findings == ()


def test_schemas_validate_the_called_arguments() -> None:
    wrong = story_with_request({"order_id": 5}, json.dumps(A).encode())
    assert kinds(check_call(wrong, A, cancel_tool())) == ["invalid_arguments"]
    right = story_with_request(A, b'{"order_id": 5}')
    assert kinds(check_call(right, A, cancel_tool())) == ["wrong_arguments"]


def test_an_unexpected_call_shows_sent_arguments_and_suggests_no_change() -> None:
    story = story_with_request(A, json.dumps(B).encode())
    (finding,) = report(story, turn(in_order()), tools=(cancel_tool(),)).findings
    assert finding.message.startswith("cancel_order: {order_id: A-10429} was called, but no such")
    assert finding.detail is not None
    assert (finding.detail.startswith("called: "), finding.change) == (True, None)
    same = report(
        story_with_request(A, json.dumps(A).encode()), turn(in_order()), tools=(cancel_tool(),)
    )
    assert (same.findings[0].detail, same.findings[0].change) == (
        None,
        "calls:\n  - cancel_order: {order_id: A-10428}",
    )


SECRETS = Redaction([Secret("env.KEY", "s3cret-k"), Secret("env.DOT", "S1-A")])


@pytest.mark.parametrize(("api", "url", "body"), PLACES)
def test_a_mask_in_a_stored_request_is_neither_right_nor_wrong(
    api: dict[str, Any], url: str, body: str
) -> None:
    def held(value: str, expected: str) -> CheckReport:
        at = f"https://shop.test/v1{url.format(value)}"
        trace = story_with_request({"order_id": value}, body.format(value).encode(), at).trace()
        plan = turn(in_order(expect(NAME, {"order_id": expected})))
        return check(
            scenario(plan, tools=(cancel_tool(**api),)), mask_trace(trace, SECRETS), read=READ
        )

    for expected in ("s3cret-k", "⟦env.KEY⟧", "A"):
        unknown = held("s3cret-k", expected)
        assert (unknown.findings, len(unknown.undecided) > 0) == ((), True)
    known = held("A-1", "A-1")
    assert (known.findings, known.undecided) == ((), ())
    assert [finding.kind for finding in held("A-1", "A-2").findings] == ["wrong_arguments"]


def test_a_text_that_a_mask_covers_is_not_split() -> None:
    apart = {"shop": "S1", "order_id": "A"}
    trace = mask_trace(story_with_request(apart, url="https://shop.test/S1-A").trace(), SECRETS)
    for expected in ({"order_id": "DOT⟧"}, {"shop": "⟦env"}, apart):
        plan = turn(in_order(expect(NAME, expected)))
        held = check(scenario(plan, tools=(SPLIT,)), trace, read=READ)
        assert (held.findings, len(held.undecided) > 0) == ((), True)


def test_no_secret_is_in_the_description_of_a_request() -> None:
    nothing = cancel_tool(body_template={"all": "{order_id}!"})
    story = story_with_request({"order_id": "s3cret-k"}, b'{"all": "s3cret-k?"}')
    plan = turn(in_order(expect(NAME, {"order_id": "s3cret-k"})))
    case = scenario(plan, tools=(nothing,))
    (finding,) = check(case, story.trace(), read=READ, show=SECRETS.value).findings
    assert "s3cret-k" not in repr(finding)
    assert finding.detail is not None
    assert "⟦env.KEY⟧" in finding.detail
