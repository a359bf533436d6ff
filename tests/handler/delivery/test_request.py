"""The request of a call, byte for byte."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given

from pytest_tavus.errors import ScenarioError
from pytest_tavus.handler.delivery.profile import DeliveryProfile
from pytest_tavus.wire import HttpRequest
from tests.handler.delivery.samples import (
    URL,
    build_sent_request,
    call,
    read_header,
    read_json_body,
)
from tests.strategies import json_objects


def test_without_a_template_the_arguments_are_the_body() -> None:
    assert build_sent_request() == HttpRequest(
        method="POST",
        url=URL,
        headers=(
            ("User-Agent", "tavus-simulator"),
            ("Content-Type", "application/json"),
            ("Content-Length", "23"),
        ),
        body=b'{"order_id": "A-10428"}',
    )


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_a_method_without_a_body_sends_only_what_its_templates_say(method: str) -> None:
    url = f"{URL}/{{order_id}}"
    request = build_sent_request(call({"order_id": "A-1", "other": "x"}), method=method, url=url)
    assert request == HttpRequest(
        method=method, url=f"{URL}/A-1", headers=(("User-Agent", "tavus-simulator"),)
    )


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_template_is_the_whole_body(method: str) -> None:
    request = build_sent_request(
        call({"order_id": "A-1", "quantity": 2}),
        method=method,
        body_template={"id": "{order_id}", "n": "{quantity}", "note": "{quantity} pieces"},
    )
    assert request.method == method
    assert read_json_body(request) == {"id": "A-1", "n": 2, "note": "2 pieces"}


@given(arguments=json_objects)
def test_any_arguments_in_the_body_can_be_decoded_again(arguments: dict[str, Any]) -> None:
    request = build_sent_request(call(arguments))
    assert json.loads(request.body) == arguments
    assert read_header(request, "Content-Length") == str(len(request.body))


def test_text_is_sent_as_utf_8_and_half_a_surrogate_pair_escaped() -> None:
    assert build_sent_request(call({"a": "é"})).body == '{"a": "é"}'.encode()
    assert build_sent_request(call({"a": "é\ud800"})).body == b'{"a": "\\u00e9\\ud800"}'


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_json_cannot_express_is_refused(number: float) -> None:
    with pytest.raises(ScenarioError) as caught:
        build_sent_request(call({"price": number}))
    assert str(caught.value) == (
        "the arguments of the call hold a number that JSON cannot express\n"
        "    hint: infinity and NaN are not JSON"
    )


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (URL, f"{URL}?q=a%20b"),
        (f"{URL}?", f"{URL}?q=a%20b"),
        (f"{URL}?v=1", f"{URL}?v=1&q=a%20b"),
        (f"{URL}?v=1&", f"{URL}?v=1&q=a%20b"),
        (f"{URL}?v=1#top", f"{URL}?v=1&q=a%20b"),
        (f"{URL}/caf\u00e9 au lait", f"{URL}/caf%C3%A9%20au%20lait?q=a%20b"),
        (f"{URL}/%2F", f"{URL}/%2F?q=a%20b"),
    ],
)
def test_query_params_are_added_to_the_url(url: str, expected: str) -> None:
    request = build_sent_request(
        call({"x": "a b"}), url=url, query_params={"q": "{x}", "r": "{gone}"}
    )
    assert request.url == expected


def test_an_argument_cannot_change_where_a_request_goes() -> None:
    request = build_sent_request(
        call({"x": "../../admin?a=1#\r\nX-Evil: 1", "y": "1&admin=true"}),
        url=f"{URL}/{{x}}",
        query_params={"y": "{y}"},
    )
    parts = urlsplit(request.url)
    assert parts.path == "/orders/..%2F..%2Fadmin%3Fa%3D1%23%0D%0AX-Evil%3A%201"
    assert parse_qsl(parts.query) == [("y", "1&admin=true")]


def test_the_conversation_id_fills_its_placeholder() -> None:
    template = {"id": "{tavus_conversation_id}"}
    assert read_json_body(build_sent_request(body_template=template)) == {"id": "c1a2b3"}
    profile = DeliveryProfile(conversation_id_placeholder="tavus_call")
    request = build_sent_request(body_template={"id": "{tavus_call}"}, profile=profile)
    assert read_json_body(request) == {"id": "c1a2b3"}


def test_the_conversation_id_is_no_argument() -> None:
    assert read_json_body(build_sent_request(call({}))) == {}


def test_headers_keep_their_order_and_connection_headers_are_computed() -> None:
    request = build_sent_request(
        headers={
            "X-B": "2",
            "Host": "evil.test",
            "content-length": "1",
            "Transfer-Encoding": "chunked",
            "X-A": "{order_id}",
        }
    )
    assert request.headers == (
        ("User-Agent", "tavus-simulator"),
        ("X-B", "2"),
        ("X-A", "{order_id}"),
        ("Content-Type", "application/json"),
        ("Content-Length", "23"),
    )


def test_a_user_agent_of_the_tool_wins() -> None:
    request = build_sent_request(headers={"user-agent": "mine"})
    assert [value for name, value in request.headers if name.lower() == "user-agent"] == ["mine"]


def test_placeholders_in_headers_are_filled_if_the_profile_says_so() -> None:
    profile = DeliveryProfile(header_placeholders=True)
    request = build_sent_request(headers={"X-Order": "<{order_id}>"}, profile=profile)
    assert read_header(request, "X-Order") == "<A-10428>"


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\0b"])
def test_a_header_of_several_lines_is_refused_and_not_shown(value: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        build_sent_request(headers={"X-Order": value})
    assert str(caught.value) == (
        "the header 'X-Order' would be more than one line\n"
        "    hint: take the line break out of its value: a text copied from a file often ends in "
        "one"
    )


def test_a_header_that_http_cannot_carry_is_refused() -> None:
    assert read_header(build_sent_request(headers={"X-Name": "Zoë"}), "X-Name") == "Zoë"
    with pytest.raises(ScenarioError) as caught:
        build_sent_request(headers={"X-Name": "€"})
    assert str(caught.value) == (
        "the header 'X-Name' would hold a character that no HTTP header can carry\n"
        "    hint: a header holds Latin-1 text at most"
    )


def test_a_url_of_several_lines_is_refused_without_its_query() -> None:
    with pytest.raises(ScenarioError) as caught:
        build_sent_request(url=f"{URL}\r\n?key=hunter22")
    assert str(caught.value) == (
        "the URL 'https://api.example.com/orders\\r\\n' holds a control character\n"
        "    hint: write the URL on a single line"
    )


@pytest.mark.parametrize(
    ("api", "expected"),
    [
        ({}, "application/json"),
        ({"headers": {"content-type": "application/problem+json"}}, "application/problem+json"),
        ({"content_type": "application/vnd.shop+json"}, "application/vnd.shop+json"),
        (
            {"content_type": "application/json; a=b", "headers": {"Content-Type": "x/y"}},
            "application/json; a=b",
        ),
    ],
)
def test_the_content_type_is_sent_once(api: dict[str, Any], expected: str) -> None:
    request = build_sent_request(**api)
    names = [value for name, value in request.headers if name.lower() == "content-type"]
    assert names == [expected]


def test_a_form_is_sent_as_a_form() -> None:
    arguments = {"a": "x y&z=é", "n": 1, "on": True, "none": None, "many": [1, "b"], "o": {"k": 1}}
    request = build_sent_request(
        call(arguments), content_type="application/x-www-form-urlencoded; charset=utf-8"
    )
    assert parse_qsl(request.body.decode("ascii")) == [
        ("a", "x y&z=é"),
        ("n", "1"),
        ("on", "true"),
        ("none", "null"),
        ("many", "1"),
        ("many", "b"),
        ("o", '{"k": 1}'),
    ]
    assert read_header(request, "Content-Length") == str(len(request.body))
