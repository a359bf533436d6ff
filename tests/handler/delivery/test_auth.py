"""The six auth types against published vectors."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.contract.tool.auth import BasicAuth
from pytest_tavus.errors import ScenarioError
from pytest_tavus.handler.delivery.auth import (
    BasicCredentials,
    encode_basic_auth,
    signature,
    verify_hmac,
    with_bearer_token,
)
from pytest_tavus.handler.delivery.profile import DeliveryProfile
from pytest_tavus.wire import HttpRequest
from tests.handler.delivery.samples import (
    URL,
    build_sent_request,
    call,
    read_header,
    read_json_body,
)

SIGNED = {"type": "hmac", "secret": "s3cret"}
PLAIN = HttpRequest(method="GET", url=URL)

LONG_DATA = (
    b"This is a test using a larger than block-size key and a larger than block-size data. "
    b"The key needs to be hashed before being used by the HMAC algorithm."
)

# RFC 4231, section 4: key, data, HMAC-SHA-256 (case 5 is truncated there and left out here).
RFC_4231 = [
    (
        b"\x0b" * 20,
        b"Hi There",
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    ),
    (
        b"Jefe",
        b"what do ya want for nothing?",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ),
    (
        b"\xaa" * 20,
        b"\xdd" * 50,
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
    ),
    (
        bytes(range(1, 26)),
        b"\xcd" * 50,
        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
    ),
    (
        b"\xaa" * 131,
        b"Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
    (
        b"\xaa" * 131,
        LONG_DATA,
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
    ),
]


@pytest.mark.parametrize(("key", "data", "expected"), RFC_4231)
def test_signatures_are_those_of_rfc_4231(key: bytes, data: bytes, expected: str) -> None:
    assert signature(key, data, DeliveryProfile()) == expected


@pytest.mark.parametrize(
    ("username", "password", "expected"),
    [
        ("Aladdin", "open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
        ("test", "123\u00a3", "Basic dGVzdDoxMjPCow=="),
    ],
)
def test_basic_credentials_are_those_of_rfc_7617(
    username: str, password: str, expected: str
) -> None:
    assert encode_basic_auth(username, password) == expected
    request = build_sent_request(auth={"type": "basic", "username": username, "password": password})
    assert read_header(request, "Authorization") == expected


def test_a_bearer_token_is_sent_as_in_rfc_6750() -> None:
    request = build_sent_request(auth={"type": "bearer", "token": "mF_9.B5f-4.1JqM"})
    assert read_header(request, "Authorization") == "Bearer mF_9.B5f-4.1JqM"


def test_no_auth_adds_nothing() -> None:
    assert build_sent_request(auth={"type": "none"}) == build_sent_request()


def test_credentials_replace_a_header_of_the_same_name() -> None:
    request = build_sent_request(
        headers={"authorization": "old"}, auth={"type": "bearer", "token": "new"}
    )
    found = [value for name, value in request.headers if name.lower() == "authorization"]
    assert found == ["Bearer new"]


def test_an_api_key_goes_into_its_header() -> None:
    auth = {"type": "api_key", "name": "X-Shop-Key", "value": "k 1"}
    assert read_header(build_sent_request(auth=auth), "X-Shop-Key") == "k 1"


@pytest.mark.parametrize(
    ("url", "expected"),
    [(URL, f"{URL}?api%20key=k%26%201"), (f"{URL}?a=1", f"{URL}?a=1&api%20key=k%26%201")],
)
def test_an_api_key_goes_into_the_query(url: str, expected: str) -> None:
    auth = {"type": "api_key", "name": "api key", "value": "k& 1", "location": "query"}
    assert build_sent_request(url=url, auth=auth).url == expected


@pytest.mark.parametrize(
    "auth",
    [
        {"type": "bearer", "token": "hunter22\n"},
        {"type": "api_key", "name": "X-Key", "value": "hunter22\r\nX-Evil: 1"},
        {"type": "api_key", "name": "X-Key\r\nX-Evil", "value": "hunter22"},
    ],
)
def test_credentials_of_several_lines_are_refused_and_not_shown(auth: dict[str, Any]) -> None:
    with pytest.raises(ScenarioError, match="would be more than one line") as caught:
        build_sent_request(auth=auth)
    assert "hunter22" not in str(caught.value)


def test_a_user_name_with_a_colon_is_refused() -> None:
    auth = BasicAuth(username="a:b", password="c")
    with pytest.raises(ScenarioError) as caught:
        next(BasicCredentials(auth).flow(PLAIN))
    assert str(caught.value) == (
        "a user name for basic auth cannot have a colon in it\n"
        "    hint: the colon ends the name: RFC 7617"
    )


def test_a_signed_call_is_the_tool_call_event_in_tavus_own_shape() -> None:
    request = build_sent_request(call({"grade": "IE07"}, inference_id="inf_1"), auth=SIGNED)
    flat = {
        "tool_call_id": "call_1",
        "name": "get_order_status",
        "arguments": '{"grade": "IE07"}',
    }
    assert read_json_body(request) == {
        "message_type": "conversation",
        "event_type": "conversation.tool_call",
        "conversation_id": "c1a2b3",
        "inference_id": "inf_1",
        **flat,
        "properties": flat,
    }
    assert (request.method, request.url) == ("POST", URL)
    assert read_header(request, "Content-Type") == "application/json"


@pytest.mark.parametrize(("envelope", "top", "nested"), [("flat", 1, 0), ("nested", 0, 1)])
def test_the_envelope_can_have_one_shape_only(envelope: Any, top: int, nested: int) -> None:
    body = read_json_body(
        build_sent_request(auth=SIGNED, profile=DeliveryProfile(hmac_envelope=envelope))
    )
    assert ("name" in body, "properties" in body) == (bool(top), bool(nested))
    assert body["conversation_id"] == "c1a2b3"


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_a_signed_call_always_has_a_body(method: str) -> None:
    assert build_sent_request(method=method, auth=SIGNED).method == "POST"


def test_a_signed_body_is_one_that_no_library_writes_by_default() -> None:
    body = build_sent_request(call({"a": "é", "b": 1}), auth=SIGNED).body.decode()
    data = json.loads(body)
    for ensure_ascii in (True, False):
        assert json.dumps(data, ensure_ascii=ensure_ascii) != body
        assert json.dumps(data, ensure_ascii=ensure_ascii, separators=(",", ":")) != body


def test_a_signature_is_over_the_raw_body_and_verifies() -> None:
    request = build_sent_request(call({"a": 'é "q" \\'}), auth=SIGNED)
    header = read_header(request, "X-Tavus-Signature")
    assert verify_hmac("s3cret", request.body, header)
    assert not verify_hmac("another", request.body, header)
    assert not verify_hmac("s3cret", json.dumps(read_json_body(request)).encode(), header)


def test_the_signature_follows_the_profile() -> None:
    profile = DeliveryProfile(
        hmac_header="X-Sig", hmac_algorithm="sha1", hmac_encoding="base64", hmac_prefix="sha1="
    )
    request = build_sent_request(auth=SIGNED, profile=profile)
    header = read_header(request, "X-Sig")
    assert header is not None
    assert header.startswith("sha1=")
    assert header.endswith("=")
    assert verify_hmac("s3cret", request.body, header, profile=profile)
    assert not verify_hmac("s3cret", request.body, header.removeprefix("sha1="), profile=profile)


@pytest.mark.parametrize(
    "header", [None, "", "00", "zz" * 32, "é" * 64, "\ud800", " ", "sha256=00", "0x" + "a" * 62]
)
def test_a_header_without_a_signature_is_refused_without_an_error(header: str | None) -> None:
    assert verify_hmac("s3cret", b"{}", header) is False


def test_a_signature_in_capitals_is_the_same_signature_and_a_cut_one_is_not() -> None:
    good = signature(b"s3cret", b"{}", DeliveryProfile())
    assert verify_hmac("s3cret", b"{}", good.upper())
    assert not verify_hmac("s3cret", b"{}", good[:-1])
    assert not verify_hmac("s3cret", b"{}", good + "0")
    assert not verify_hmac("s3cret", b"{}", f"sha256={good}")


@given(secret=st.text(alphabet=st.characters(exclude_categories=["Cs"])), body=st.binary())
def test_every_signature_verifies_its_own_body_only(secret: str, body: bytes) -> None:
    good = signature(secret.encode(), body, DeliveryProfile())
    assert verify_hmac(secret, body, good)
    assert not verify_hmac(secret, body + b" ", good)


def test_a_request_is_not_changed_by_its_credentials() -> None:
    assert with_bearer_token(PLAIN, "t") != PLAIN
    assert PLAIN.headers == ()
