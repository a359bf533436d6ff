"""Tokens: fetched, kept, fetched again once, and every way in which there is none."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import parse_qsl

import pytest

from pytest_tavus.handler.delivery.flow import deliver
from pytest_tavus.handler.delivery.grant import Token, TokenKey, TokenStore
from pytest_tavus.handler.delivery.profile import DeliveryProfile
from pytest_tavus.wire import HttpExchange, HttpFault, HttpRequest, HttpResponse
from tests.handler.delivery.samples import (
    Delivery,
    answer,
    call,
    fault,
    read_header,
    run_delivery,
    tool,
)

TOKEN_URL = "https://user:pw@auth.example.com/token?tenant=hunter22"
AUTH = {
    "type": "oauth2_client_credentials",
    "token_url": TOKEN_URL,
    "client_id": "shop",
    "client_secret": "s3cret & more",
}
TOOL = tool(auth=AUTH)
REFUSED = answer({"error": "expired"}, status=401)


def token(value: str = "tok-1", **members: Any) -> HttpResponse:
    return answer({"access_token": value, "token_type": "Bearer", "expires_in": 3600, **members})


def deliver_call(
    *answers: HttpResponse | HttpFault, tokens: TokenStore | None = None, now: float = 0.0
) -> Delivery:
    return run_delivery(TOOL, answers=answers, tokens=tokens, now=now)


def list_sent_tokens(found: Delivery) -> list[str | None]:
    requests = [each.request for each in found.sent if each.purpose == "tool"]
    return [read_header(request, "Authorization") for request in requests]


def test_a_token_is_fetched_first_and_sent_with_the_call() -> None:
    found = deliver_call(token(), answer({"ok": True}))
    assert found.purposes == ["token", "tool"]
    assert list_sent_tokens(found) == ["Bearer tok-1"]
    assert found.outcome.output == '{"ok": true}'


def test_the_token_request_is_that_of_rfc_6749() -> None:
    request = deliver_call(token()).sent[0].request
    body = b"grant_type=client_credentials&client_id=shop&client_secret=s3cret+%26+more"
    assert request == HttpRequest(
        method="POST",
        url=TOKEN_URL,
        headers=(
            ("User-Agent", "tavus-simulator"),
            ("Accept", "application/json"),
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Content-Length", str(len(body))),
        ),
        body=body,
    )


def test_a_scope_is_part_of_the_token_request() -> None:
    request = run_delivery(tool(auth={**AUTH, "scope": "orders:read x"}), answers=[token()])
    assert dict(parse_qsl(request.sent[0].request.body.decode()))["scope"] == "orders:read x"


def test_credentials_in_a_basic_header_are_form_encoded_first() -> None:
    profile = DeliveryProfile(oauth2_credentials="basic")
    request = run_delivery(TOOL, answers=[token()], profile=profile).sent[0].request
    assert request.body == b"grant_type=client_credentials"
    word = (read_header(request, "Authorization") or "").removeprefix("Basic ")
    assert base64.b64decode(word) == b"shop:s3cret+%26+more"


def test_a_token_is_cached_for_the_next_call() -> None:
    tokens = TokenStore()
    deliver_call(token(), tokens=tokens)
    assert deliver_call(tokens=tokens, now=3000.0).purposes == ["tool"]


def test_a_token_is_fetched_again_near_its_expiry() -> None:
    tokens = TokenStore()
    deliver_call(token(), tokens=tokens)
    assert deliver_call(tokens=tokens, now=3569.9).purposes == ["tool"]
    assert deliver_call(token("tok-2"), tokens=tokens, now=3570.0).purposes == ["token", "tool"]


@pytest.mark.parametrize(
    ("expires_in", "usable_until"),
    [
        (60, 30.0),
        ("60", 30.0),
        (60.5, 30.5),
        (0, -30.0),
        (None, float("inf")),
        (True, float("inf")),
        ("soon", float("inf")),
        (10**400, float("inf")),
    ],
)
def test_the_lifetime_of_a_token_is_a_number_or_infinite(
    expires_in: Any, usable_until: float
) -> None:
    tokens = TokenStore()
    deliver_call(token(expires_in=expires_in), tokens=tokens)
    key = TokenKey(token_url=TOKEN_URL, client_id="shop")
    kept = tokens.get(key, now=float("-inf"))
    assert kept == Token(value="tok-1", usable_until=usable_until)


def test_a_token_belongs_to_its_endpoint_client_and_scope() -> None:
    tokens = TokenStore()
    deliver_call(token(), tokens=tokens)
    for change in ({"scope": "x"}, {"client_id": "b"}, {"token_url": "https://b.test/t"}):
        other = tool(auth={**AUTH, **change})
        assert run_delivery(other, answers=[token()], tokens=tokens).purposes == ["token", "tool"]


def test_after_a_401_a_new_token_is_fetched_and_the_call_made_once_more() -> None:
    tokens = TokenStore()
    deliver_call(token(), tokens=tokens)
    found = deliver_call(REFUSED, token("tok-2"), answer({"ok": True}), tokens=tokens)
    assert found.purposes == ["tool", "token", "tool"]
    assert list_sent_tokens(found) == ["Bearer tok-1", "Bearer tok-2"]
    assert found.outcome.status == "success"
    assert list_sent_tokens(deliver_call(tokens=tokens)) == ["Bearer tok-2"]


def test_a_second_401_is_an_error_and_there_is_no_third_try() -> None:
    found = deliver_call(token(), REFUSED, token("tok-2"), REFUSED)
    assert found.purposes == ["token", "tool", "token", "tool"]
    assert found.outcome.status == "error"
    assert found.outcome.http_status == 401
    assert found.outcome.reason == ("the handler answered 401 Unauthorized, to a new token as well")


def test_another_failure_after_a_401_keeps_its_own_reason() -> None:
    assert deliver_call(token(), REFUSED, token(), answer({}, status=500)).outcome.reason == (
        "the handler answered 500 Internal Server Error"
    )
    assert deliver_call(token(), REFUSED, token(), fault("timeout")).outcome.status == "timeout"


def test_other_answers_are_not_retried() -> None:
    assert deliver_call(token(), answer({}, status=403)).purposes == ["token", "tool"]
    assert deliver_call(token(), fault("connection")).purposes == ["token", "tool"]


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (answer({"error": "x"}, status=500), "answered 500 Internal Server Error"),
        (answer({"access_token": "t"}, status=201), "answered 201 Created"),
        (answer(b"<html>", content_type="text/html"), "did not answer JSON"),
        (answer(b"[" * 100_000), "did not answer JSON"),
        (answer(["tok"]), "did not answer a JSON object"),
        (answer({"token": "tok"}), "answered without an access_token"),
        (answer({"access_token": ""}), "answered without an access_token"),
        (answer({"access_token": 7}), "answered without an access_token"),
        (answer({"access_token": "a\r\nX: 1"}), "answered without an access_token"),
        (token(token_type="mac"), "answered with a token of type 'mac', not Bearer"),
        (fault("timeout"), "did not answer in time"),
        (fault("connection", "it is down"), "could not be asked: it is down"),
    ],
)
def test_without_a_token_the_call_is_an_error_that_names_the_endpoint(
    found: HttpResponse | HttpFault, reason: str
) -> None:
    played = deliver_call(found)
    assert played.purposes == ["token"]
    assert played.outcome.status == "error"
    assert played.outcome.http_status is None
    assert played.outcome.reason == f"the token endpoint https://auth.example.com/token {reason}"


def test_a_token_type_is_compared_without_regard_to_case_and_may_be_absent() -> None:
    assert deliver_call(token(token_type="bearer")).outcome.status == "success"
    assert deliver_call(answer({"access_token": "tok-1"})).outcome.status == "success"


def test_a_second_token_that_cannot_be_fetched_is_an_error() -> None:
    outcome = deliver_call(token(), REFUSED, fault("unhandled", "no one takes it")).outcome
    assert outcome.reason == (
        "the token endpoint https://auth.example.com/token could not be asked: no one takes it"
    )
    assert outcome.answered_by == "nobody"


def test_a_refused_call_keeps_the_newer_token_of_another_call() -> None:
    tokens = TokenStore()
    deliver_call(token(), tokens=tokens)
    first = deliver(TOOL, call(), profile=DeliveryProfile(), tokens=tokens, now=0.0)
    outgoing = next(first)
    deliver_call(REFUSED, token("tok-2"), tokens=tokens)
    retried = first.send(HttpExchange(request=outgoing.request, response=REFUSED))
    assert retried.purpose == "tool"
    assert read_header(retried.request, "Authorization") == "Bearer tok-2"


def test_a_token_is_not_in_its_own_repr() -> None:
    assert repr(Token(value="hunter22", usable_until=1.0)) == "Token(usable_until=1.0)"
