"""Each rule of `delivery.api`: what breaks it, in these words at this place, and what does not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_tavus.contract.tool.rules import tool_problems
from tests.contract.samples import api_tool, at, only, told_of_tool, tool

API = "delivery.api"
OAUTH2 = {
    "type": "oauth2_client_credentials",
    "token_url": "https://auth.example.com/token",
    "client_id": "shop",
    "client_secret": "s3cret",
}
STATIC = "https://api.example.com/orders"


@pytest.mark.parametrize("timeout", [0.001, 1, 60, 60.0])
def test_a_timeout_within_a_minute_is_accepted(timeout: float) -> None:
    assert told_of_tool(api_tool(timeout=timeout)) == []


@pytest.mark.parametrize(
    ("timeout", "found"),
    [(0, "0"), (-1, "-1"), (60.5, "60.5"), (float("inf"), "inf"), (float("nan"), "nan")],
)
def test_a_timeout_outside_the_minute_is_refused(timeout: float, found: str) -> None:
    assert told_of_tool(api_tool(timeout=timeout)) == [
        (f"{API}.timeout", f"timeout must be more than 0 and at most 60 seconds, found {found}")
    ]


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_a_method_without_a_body_takes_no_template(method: str) -> None:
    template = {"id": "{order_id}"}
    assert told_of_tool(api_tool(method=method)) == []
    assert told_of_tool(api_tool(method=method, body_template=template)) == [
        (
            f"{API}.body_template",
            (
                f"body_template cannot be used with {method}: "
                "expected POST, PUT or PATCH, or no body_template"
            ),
        )
    ]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_method_with_a_body_takes_a_template(method: str) -> None:
    assert told_of_tool(api_tool(method=method, body_template={"id": "{order_id}"})) == []


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"url": "https://api.example.com/{order}"}, f"{API}.url"),
        ({"query_params": {"id": "x{order}"}}, f"{API}.query_params.id"),
        ({"body_template": {"a": [{"b": "{order}"}]}}, f"{API}.body_template.a[0].b"),
    ],
)
def test_a_placeholder_that_is_no_parameter_is_refused(changes: dict[str, Any], place: str) -> None:
    assert told_of_tool(api_tool(**changes)) == [
        (place, "the placeholder {order} is not declared in parameters.properties")
    ]
    declared = json.loads(json.dumps(changes).replace("{order}", "{order_id}"))
    assert told_of_tool(api_tool(**declared)) == []


def test_an_undeclared_placeholder_names_the_closest_parameter_or_all_of_them() -> None:
    close = only(tool_problems(api_tool(url=f"{STATIC}/{{ordr_id}}")))
    far = only(tool_problems(api_tool(url=f"{STATIC}/{{customer}}")))
    none = tool(parameters={}, delivery={"api": {"url": f"{STATIC}/{{a}}"}})
    assert close.hint == "did you mean 'order_id'?"
    assert far.hint == "declared: order_id"
    assert only(tool_problems(none)).hint == "no parameter is declared"


def test_placeholders_of_the_service_need_no_declaration() -> None:
    assert told_of_tool(api_tool(body_template={"c": "{tavus_conversation_id}"})) == []


def test_keys_and_headers_are_not_scanned() -> None:
    changes = {"headers": {"X-A": "{no}"}, "body_template": {"{no}": 1}}
    assert told_of_tool(api_tool(**changes, query_params={"{no}": "x"})) == []


def test_hmac_leaves_no_room_for_templates() -> None:
    auth = {"type": "hmac", "secret": "s3cret"}
    assert told_of_tool(api_tool(auth=auth, url=STATIC)) == []
    assert told_of_tool(api_tool(auth=auth, url=STATIC, body_template={}, query_params={})) == []
    templates = {"body_template": {"a": 1}, "query_params": {"a": "1"}}
    assert told_of_tool(api_tool(auth=auth, **templates)) == [
        (
            f"{API}.body_template",
            "body_template cannot be used with hmac auth: the body is Tavus's own",
        ),
        (
            f"{API}.query_params",
            "query_params cannot be used with hmac auth: the body is Tavus's own",
        ),
        (f"{API}.url", "the URL must be static with hmac auth, found {order_id}"),
    ]


@pytest.mark.parametrize(
    ("auth", "field"),
    [
        ({"type": "bearer", "token": "s3cret"}, "token"),
        ({"type": "basic", "username": "shop", "password": "s3cret"}, "password"),
        ({"type": "api_key", "name": "X-Key", "value": "s3cret"}, "value"),
        (OAUTH2, "client_secret"),
    ],
)
def test_a_hidden_secret_is_not_the_secret(auth: dict[str, str], field: str) -> None:
    assert told_of_tool(api_tool(auth=auth)) == []
    assert told_of_tool(api_tool(auth={**auth, field: "********"})) == [
        (
            f"{API}.auth.{field}",
            f"{field} must be the value itself, found ********, which stands for a hidden secret",
        )
    ]
    assert told_of_tool(api_tool(auth={**auth, field: ""})) == [
        (f"{API}.auth.{field}", f"{field} must be the value itself, found empty")
    ]


def test_the_hmac_secret_cannot_be_hidden_either() -> None:
    auth = {"type": "hmac", "secret": "********"}
    assert only(tool_problems(api_tool(auth=auth, url=STATIC))).loc == (
        "delivery",
        "api",
        "auth",
        "secret",
    )


def test_a_token_url_is_held_to_the_rules_of_a_url() -> None:
    assert told_of_tool(api_tool(auth=OAUTH2)) == []
    assert told_of_tool(api_tool(auth={**OAUTH2, "token_url": "http://10.0.0.1/token"})) == [
        (
            f"{API}.auth.token_url",
            "the URL must start with https://, found 'http://10.0.0.1/token'",
        ),
        (
            f"{API}.auth.token_url",
            (
                "the host '10.0.0.1' cannot be reached from the public internet: "
                "private, loopback and link-local addresses are refused"
            ),
        ),
    ]


def test_headers_are_those_of_http() -> None:
    assert told_of_tool(api_tool(headers={"X-Shop": "a b; c"})) == []
    assert told_of_tool(api_tool(headers={"X Shop": "a", "X-Other": "a\r\nb"})) == [
        (f"{API}.headers.X Shop", "'X Shop' cannot be the name of an HTTP header"),
        (f"{API}.headers.X-Other", "the value of the header 'X-Other' must be a single line"),
    ]


def test_an_api_key_in_a_header_is_named_like_a_header_and_in_the_query_is_not() -> None:
    auth = {"type": "api_key", "name": "my key", "value": "s3cret"}
    problem = only(tool_problems(api_tool(auth=auth)))
    assert problem.loc == at("delivery", "api", "auth", "name")
    assert problem.message == "'my key' cannot be the name of an HTTP header"
    assert told_of_tool(api_tool(auth={**auth, "location": "query"})) == []
