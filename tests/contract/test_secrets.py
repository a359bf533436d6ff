from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.refusal import ShapeError
from tests.contract.samples import api_body, api_tool, pal, tool

CANARY = "canary-5f1d"

AUTHS: list[dict[str, Any]] = [
    {"type": "bearer", "token": CANARY},
    {"type": "basic", "username": "shop", "password": CANARY},
    {"type": "api_key", "name": "X-Key", "value": CANARY},
    {"type": "api_key", "name": "key", "value": CANARY, "location": "query"},
    {
        "type": "oauth2_client_credentials",
        "token_url": "https://auth.example.com/token",
        "client_id": "shop",
        "client_secret": CANARY,
    },
    {"type": "hmac", "secret": CANARY},
]


@pytest.mark.parametrize("auth", AUTHS, ids=lambda auth: auth["type"])
def test_every_auth_type_names_its_secret_and_never_prints_it(auth: dict[str, Any]) -> None:
    tested = api_tool(auth=auth)
    assert tested.secrets() == (CANARY,)
    assert CANARY not in repr(tested)
    assert CANARY not in str(tested)


def test_no_auth_and_no_http_have_no_secrets() -> None:
    assert api_tool().secrets() == ()
    assert api_tool(auth={"type": "none"}).secrets() == ()
    assert tool().secrets() == ()


@pytest.mark.parametrize("value", ["", "********"])
def test_what_hides_a_secret_is_not_one(value: str) -> None:
    tested = api_tool(auth={"type": "bearer", "token": value}, headers={"Authorization": value})
    assert tested.secrets() == ()


def test_a_header_that_carries_credentials_is_a_secret_and_no_header_is_printed() -> None:
    tested = api_tool(headers={"AUTHORIZATION": CANARY, "X-Shop": "shown-nowhere"})
    assert tested.secrets() == (CANARY,)
    assert CANARY not in repr(tested)
    assert "shown-nowhere" not in repr(tested)


@pytest.mark.parametrize(
    "api",
    [
        {"headers": {"X-Shop-Token": CANARY}},
        {"headers": {"X-Webhook-Secret": CANARY}},
        {"query_params": {"apikey": CANARY, "unit": "kg"}},
        {"url": f"https://shop.example.com/orders?unit=kg&api_key={CANARY}&n=1#part"},
        {"url": f"https://shop.example.com/orders?code={CANARY}"},
        {"url": f"https://bob:{CANARY}@shop.example.com/orders"},
        {"body_template": {"api_key": CANARY, "unit": "kg"}},
        {"body_template": {"shop": [{"login": {"password": CANARY, "user": "bob"}}]}},
    ],
    ids=str,
)
def test_credentials_outside_auth_are_secrets_by_their_names(api: dict[str, Any]) -> None:
    assert api_tool(**api).secrets() == (CANARY,)


def test_an_argument_and_a_plain_value_are_no_secrets() -> None:
    tested = api_tool(
        url="https://shop.example.com/orders?token={order_id}&unit=kg",
        query_params={"key": "{order_id}", "unit": "kg"},
        body_template={"token": "{order_id}", "tokens": 5, "unit": "kg"},
        headers={"X-Shop": "north", "X-Token-For": "{order_id}"},
    )
    assert tested.secrets() == ()


def test_keys_in_layers_are_secrets_of_the_pal() -> None:
    tested = pal(
        layers={"llm": {"api_key": CANARY, "model": "m"}, "tts": {"api_key": ""}, "sts": {}},
        tools=[api_body(auth={"type": "bearer", "token": "other"})],
    )
    assert list(tested.secrets()) == [
        ("api_key of llm", CANARY),
        ("secret of get_order_status", "other"),
    ]
    assert CANARY not in repr(tested)


def test_a_validation_error_does_not_print_the_input() -> None:
    body = {"tools": [api_body(auth={"type": "bearer", "token": CANARY, "extra": CANARY})]}
    with pytest.raises(ShapeError) as caught:
        Pal.from_json(body)
    assert CANARY not in str(caught.value)
