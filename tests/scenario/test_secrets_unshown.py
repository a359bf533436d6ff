"""What may be a secret is never quoted by a refusal, and every refusal stands at its own line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.files import problems

SECRET = "s3cr3t-c4n4ry"

TOOL = """\
pal:
  tools:
    - name: get_order
      description: Look up an order.
      parameters: {{type: object}}
      delivery:
        api:
          url: https://shop.example.com/orders
          {line}
turns:
  - user: hi
    calls: none
"""


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (f"auth: {SECRET}", "auth is a mapping, not text"),
        (f"auth: [{SECRET}]", "auth is a mapping, not a list"),
        (
            f"auth: {{type: api_key, name: X, value: v, location: {SECRET}}}",
            "location is one of: header, query",
        ),
        (
            f"auth: {{type: basic, username: [{SECRET}], password: p}}",
            "username is text, not a list",
        ),
        ("auth: {type: basic, username: 4711, password: p}", "username is text, not a number"),
        (
            f"auth: {{type: {SECRET}}}",
            "type is one of: none, bearer, basic, api_key, oauth2_client_credentials, hmac",
        ),
        (
            f"auth: {{type: bearer, token: t, {SECRET}: 1}}",
            (
                "unknown key in auth of type bearer\n"
                "    hint: the keys of auth of type bearer are: type, token"
            ),
        ),
        (
            f"auth: {{type: bearer, token: !re {SECRET}}}",
            (
                "a matcher cannot stand in a PAL: nothing is compared there\n"
                "    hint: write the value itself"
            ),
        ),
        (f"headers: {{X-Key: [{SECRET}]}}", "X-Key is text, not a list"),
        (f"headers: {SECRET}", "headers is a mapping, not text"),
        (f"query_params: {SECRET}", "query_params is a mapping, not text"),
    ],
)
def test_a_possible_secret_of_a_tool_is_not_quoted(tmp_path: Path, line: str, message: str) -> None:
    found = problems(tmp_path, TOOL.format(line=line))
    assert [one.partition(": ")[2] for one in found] == [message]
    assert [one.startswith("orders.yaml:9:") for one in found] == [True]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (f"layers: {SECRET}", "layers is a mapping, not text"),
        (f"layers: {{llm: {SECRET}}}", "the layer 'llm' must be a mapping of settings"),
        (
            f"layers: {{llm: {{api_key: !re {SECRET}}}}}",
            (
                "a matcher cannot stand in a PAL: nothing is compared there\n"
                "    hint: write the value itself"
            ),
        ),
    ],
)
def test_a_possible_secret_of_a_layer_is_not_quoted(
    tmp_path: Path, line: str, message: str
) -> None:
    found = problems(
        tmp_path, f"pal:\n  pal_name: Support\n  {line}\nturns: [{{user: hi, calls: none}}]\n"
    )
    assert [one.partition(": ")[2] for one in found] == [message]
    assert [one.startswith("orders.yaml:3:") for one in found] == [True]


@pytest.mark.parametrize(
    ("handler", "message"),
    [
        (f"{{app: a.b:c, token: [{SECRET}]}}", "token is a mapping, not a list"),
        (
            f"{{app: a.b:c, token: {{access_token: [{SECRET}]}}}}",
            "access_token is text, not a list",
        ),
        (
            f"{{app: a.b:c, token: !re {SECRET}}}",
            (
                "a matcher cannot stand here: token is a mapping\n"
                "    hint: matchers stand where values are compared, such as arguments and result"
            ),
        ),
        (
            f"{{app: a.b:c, token: {{{SECRET}: 1, access_token: t}}}}",
            (
                "unknown key in a token answer\n"
                "    hint: the keys of a token answer are: access_token, expires_in"
            ),
        ),
        (f"{{command: serve, env: {{KEY: {SECRET}}}}}", "each of env is text, not a mapping"),
        (
            f"{{command: serve, env: [!re {SECRET}]}}",
            (
                "a matcher cannot stand here: each of env is text\n"
                "    hint: matchers stand where values are compared, such as arguments and result"
            ),
        ),
    ],
)
def test_a_possible_secret_of_a_handler_is_not_quoted(
    tmp_path: Path, handler: str, message: str
) -> None:
    text = f"pal: support.pal.yaml\nhandler: {handler}\nturns: [{{user: hi, calls: none}}]\n"
    found = problems(tmp_path, text)
    assert [one.partition(": ")[2] for one in found] == [message]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"https://user:{SECRET}@shop.example/a", "https://shop.example/a"),
        (f"https://shop.example/a?key={SECRET}", "https://shop.example/a"),
        (f"user:{SECRET}@localhost:8000", "localhost:8000"),
    ],
)
def test_a_possible_secret_in_a_url_of_another_server_is_not_quoted(
    tmp_path: Path, url: str, shown: str
) -> None:
    text = f"pal: support.pal.yaml\nhandler: {{url: '{url}'}}\nturns: [{{user: hi, calls: none}}]\n"
    assert problems(tmp_path, text) == [
        (
            f"orders.yaml:2:16: {shown!r} is not on this machine: the url of a handler is on "
            "loopback\n    hint: write http://127.0.0.1:<port>"
        )
    ]


@pytest.mark.parametrize(
    "line",
    [
        f"auth: {{type: bearer, token: !re '({SECRET}'}}",
        f"auth: {{type: bearer, token: !{SECRET} x}}",
        f"auth: {{type: bearer, token: !!{SECRET} x}}",
        f"auth: !re '({SECRET}'",
        f"headers: {{X-Key: !one_of [!re '({SECRET}']}}",
        f"headers: {{{SECRET}: a, {SECRET}: b}}",
        "headers: {X-Key: 1e9999}",
    ],
)
def test_unreadable_text_under_a_secret_key_is_not_quoted(tmp_path: Path, line: str) -> None:
    found = problems(tmp_path, TOOL.format(line=line))
    assert (
        "what is written here cannot be read, and is not shown because it may be a secret\n"
        "    hint: write it as text in quotes, without a tag, and each key once"
    ) in [one.partition(": ")[2] for one in found]
    assert not any(SECRET in one or "1e9999" in one for one in found)
    assert all(one.startswith("orders.yaml:9:") for one in found)


def test_a_matcher_that_cannot_be_built_elsewhere_is_quoted(tmp_path: Path) -> None:
    text = (
        "pal: support.pal.yaml\n"
        "turns: [{user: hi, calls: [{cancel_order: {order_id: !re '(open'}}]}]\n"
    )
    (found,) = problems(tmp_path, text)
    assert found.startswith("orders.yaml:2:54: !re takes a regular expression, and '(open' is none")


def test_a_value_in_place_of_a_variable_name_is_not_quoted(tmp_path: Path) -> None:
    text = f"pal: support.pal.yaml\nenv: [KEY={SECRET}]\nturns: [{{user: hi, calls: none}}]\n"
    assert problems(tmp_path, text) == [
        (
            "orders.yaml:2:7: this cannot be the name of an environment variable\n"
            "    hint: list names, not values"
        )
    ]
