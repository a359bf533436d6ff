"""What a handler is sent and answers is stored without secrets, and is otherwise as it was."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from pytest_tavus.trace.events import ToolDelivered, UserSaid
from pytest_tavus.trace.redaction.redact import Redaction
from pytest_tavus.wire import HeaderList, HttpExchange, HttpFault, HttpRequest, HttpResponse
from tests.strategies import json_values, secrets
from tests.trace.samples import build_redaction, mask_events

MASK = "⟦s1⟧"


def build_delivery(
    *,
    headers: HeaderList = (),
    body: bytes = b"",
    answer: bytes = b"",
    answer_headers: HeaderList = (),
    token: bool = False,
) -> ToolDelivered:
    exchange = HttpExchange(
        request=HttpRequest(method="POST", url="https://a.test/x", headers=headers, body=body),
        response=HttpResponse(status=200, headers=answer_headers, body=answer),
    )
    return ToolDelivered(call_id="call_1", purpose="token" if token else "tool", exchange=exchange)


def redact_exchange(known: Redaction, event: ToolDelivered) -> HttpExchange:
    (result,) = mask_events(known, event)
    assert isinstance(result, ToolDelivered)
    return result.exchange


def read_response(exchange: HttpExchange) -> HttpResponse:
    assert exchange.response is not None
    return exchange.response


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("X-Api-Key", "abc", "⟦x-api-key 1⟧"),
        ("authorization", "Bearer abc.def", "Bearer ⟦token⟧"),
        ("Authorization", "Basic dXNlcjpwYXNz", "Basic ⟦authorization 1⟧"),
        ("Authorization", "abc def", "⟦authorization 1⟧"),
        ("Authorization", "Bearer", "⟦authorization 1⟧"),
        ("Authorization", "", ""),
        ("Proxy-Authorization", "Digest a=b", "Digest ⟦proxy-authorization 1⟧"),
        ("Cookie", "sid=1; theme=dark", "⟦cookie 1⟧"),
        ("Set-Cookie", "sid=1; Path=/", "⟦set-cookie 1⟧"),
        ("X-Tavus-Signature", "00ff", "⟦x-tavus-signature 1⟧"),
        ("X-Shop-Key", "abc", "⟦x-shop-key 1⟧"),
        ("Accept", "*/*", "*/*"),
    ],
)
def test_secret_headers_are_masked_whole(name: str, value: str, expected: str) -> None:
    known = Redaction([], header_names=["x-shop-key"])
    event = build_delivery(headers=((name, value),), answer_headers=((name, value),))
    exchange = redact_exchange(known, event)
    assert exchange.request.headers == ((name, expected),)
    assert read_response(exchange).headers == ((name, expected),)


def test_a_bearer_token_is_masked_in_all_earlier_and_later_events() -> None:
    token = build_delivery(headers=(("Authorization", "Bearer tok-123456"),))
    said = UserSaid(text="it is tok-123456")
    before, _, after = mask_events(build_redaction(), said, token, said)
    assert before == after == UserSaid(text="it is ⟦token⟧")


def test_different_values_of_a_secret_header_do_not_look_alike() -> None:
    one, other = (("Cookie", "sid=1"), ("Cookie", "sid=2"))
    events = mask_events(
        build_redaction(), *(build_delivery(headers=(each,)) for each in (one, other, one))
    )
    assert [
        event.exchange.request.headers[0][1] for event in events if isinstance(event, ToolDelivered)
    ] == ["⟦cookie 1⟧", "⟦cookie 2⟧", "⟦cookie 1⟧"]


def test_a_known_secret_in_a_secret_header_names_its_source() -> None:
    event = build_delivery(
        headers=(("Authorization", "Bearer hunter22"), ("X-Api-Key", "hunter22"))
    )
    exchange = redact_exchange(build_redaction("hunter22"), event)
    assert exchange.request.headers == (("Authorization", f"Bearer {MASK}"), ("X-Api-Key", MASK))


def test_a_fetched_token_is_masked_in_its_own_answer() -> None:
    answer = b'{"access_token": "tok-123456", "refresh_token": "ref-98765", "expires_in": 60}'
    exchange = redact_exchange(build_redaction(), build_delivery(answer=answer, token=True))
    assert json.loads(read_response(exchange).body) == {
        "access_token": "⟦token⟧",
        "refresh_token": "⟦token 2⟧",
        "expires_in": 60,
    }


@pytest.mark.parametrize("answer", [b"", b"<html>", b"[1]", b"[" * 100_000, b'{"access_token": 1}'])
def test_an_answer_without_a_token_is_unchanged(answer: bytes) -> None:
    exchange = redact_exchange(build_redaction(), build_delivery(answer=answer, token=True))
    assert read_response(exchange).body == answer


@given(data=json_values, secret=secrets | st.integers(1000, 99999).map(str))
@example(data={"pin": 12345}, secret="12345")
@example(data={"a": "b"}, secret='": "')
@example(data=["\nabcd"], secret="nabcd")
def test_a_redacted_json_body_is_still_json(data: object, secret: str) -> None:
    for body in (json.dumps(data).encode(), json.dumps({"k": [secret, data]}).encode()):
        exchange = redact_exchange(build_redaction(secret), build_delivery(body=body, answer=body))
        json.loads(exchange.request.body)
        json.loads(read_response(exchange).body)
        kept = exchange.request.body.decode()
        assert build_redaction(secret).mask_rendered(kept) == kept


def test_a_secret_number_in_json_becomes_the_mask_as_text() -> None:
    exchange = redact_exchange(
        build_redaction("12345"), build_delivery(body=b'{"pin": 12345, "n": 1}')
    )
    assert json.loads(exchange.request.body) == {"pin": MASK, "n": 1}


def test_the_layout_of_a_body_is_kept_if_masking_the_text_is_enough() -> None:
    body = b'{\n  "key":"hunter22" ,"n":1.50}'
    exchange = redact_exchange(build_redaction("hunter22"), build_delivery(body=body))
    assert exchange.request.body == '{\n  "key":"⟦s1⟧" ,"n":1.50}'.encode()


def test_a_body_that_is_not_text_is_redacted_and_otherwise_kept() -> None:
    body = b"\xff\xfe hunter22 \x80"
    exchange = redact_exchange(build_redaction("hunter22"), build_delivery(body=body))
    assert exchange.request.body == b"\xff\xfe " + MASK.encode() + b" \x80"


@pytest.mark.parametrize("depth", [10, 600])
def test_a_secret_number_is_found_at_any_depth(depth: int) -> None:
    body = b"[" * depth + b"12345" + b"]" * depth
    exchange = redact_exchange(build_redaction("12345"), build_delivery(body=body))
    assert b"12345" not in exchange.request.body
    json.loads(exchange.request.body)


PLAIN = HttpRequest(method="GET", url="https://a.test/")
SECRET = "hunter22"
HOLDERS = {
    "method": HttpExchange(request=replace(PLAIN, method=SECRET)),
    "url": HttpExchange(request=replace(PLAIN, url=f"https://a.test/{SECRET}")),
    "header name": HttpExchange(request=replace(PLAIN, headers=((SECRET, "x"),))),
    "header": HttpExchange(request=replace(PLAIN, headers=(("x", SECRET),))),
    "body": HttpExchange(request=replace(PLAIN, body=SECRET.encode())),
    "answered header": HttpExchange(
        request=PLAIN, response=HttpResponse(status=200, headers=(("x", SECRET),))
    ),
    "answered body": HttpExchange(
        request=PLAIN, response=HttpResponse(status=200, body=SECRET.encode())
    ),
    "fault": HttpExchange(request=PLAIN, fault=HttpFault(kind="crash", message=SECRET)),
    "traceback": HttpExchange(
        request=PLAIN, fault=HttpFault(kind="crash", message="it raised", traceback=SECRET)
    ),
}


@pytest.mark.parametrize("holder", HOLDERS)
def test_a_secret_in_a_single_part_is_found(holder: str) -> None:
    event = ToolDelivered(call_id="call_1", purpose="tool", exchange=HOLDERS[holder])
    exchange = redact_exchange(build_redaction(SECRET), event)
    text = repr(exchange)
    assert SECRET not in text
    assert text.count(MASK) + text.count(repr(MASK.encode())[2:-1]) == 1
