"""The rules of a tool's definition, and its changes."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tests.simulator.account.stocked import api, create_tool, open_account, tool_body


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"nmae": "x"}, "{'nmae': [\"unknown key 'nmae'; did you mean 'name'?\"]}"),
        ({"tool_id": "t1"}, "{'tool_id': [\"unknown key 'tool_id': it is set by the server\"]}"),
        (
            {"delivery": api(method="FETCH")},
            (
                "{'delivery': {'api': {'method': [\"expected 'GET', 'POST', 'PUT', 'PATCH', "
                "'DELETE' "
                "or 'HEAD', found 'FETCH'; did you mean 'PATCH'?\"]}}}"
            ),
        ),
        (
            {"delivery": {"app_message": True, **api()}},
            "{'delivery': ['delivery must be exactly one of app_message and api, found both']}",
        ),
        (
            {"delivery": {"api": {"url": "http://api.example.com/"}}},
            (
                "{'delivery': {'api': {'url': [\"the URL must start with https://, found "
                "'http://api.example.com/'\"]}}}"
            ),
        ),
        (
            {"on_call": "static_filler"},
            (
                "{'static_filler': [\"static_filler is missing: expected the text to be "
                "said, because "
                "on_call is 'static_filler'\"]}"
            ),
        ),
    ],
)
async def test_a_tool_that_breaks_a_rule_of_scenario_files_is_refused(
    fields: dict[str, Any], sentence: str
) -> None:
    client = open_account()
    wanted = (400, {"error": f"Bad Request. {sentence}"})

    assert await client.refusal("POST /tools", tool_body(**fields)) == wanted
    tool_id = await create_tool(client)
    assert await client.refusal(f"PATCH /tools/{tool_id}", fields) == wanted


HERE = [
    "http://127.0.0.1:8000/a",
    "HTTP://localhost/a?b={c}",
    "http://[::1]:80/",
    "http://127.9.9.9",
]
ELSEWHERE = [
    "ftp://127.0.0.1/orders",
    "file:///etc/hostname",
    "ws://127.0.0.1/",
    "https://127.0.0.1/",
    "http://api.example.com/",
    "http://10.0.0.1/",
    "http://192.168.1.1/",
    "http://169.254.169.254/",
    "http://0.0.0.0/",
    "http://[fe80::1]/",
    "http://localhost.example.com/",
    "http://127.0.0.1@api.example.com/",
    "http://127.0.0.1:port/",
    "http://{host}:8000/",
    "http:///orders",
    "127.0.0.1:8000",
]


def at_url(url: str, **auth: str) -> dict[str, Any]:
    """Return a tool whose requests go to a URL."""
    parameters = {"type": "object", "properties": {"c": {"type": "string", "description": "C."}}}
    delivery = {"api": {"url": url, **({"auth": auth} if auth else {})}}
    return tool_body(delivery=delivery, parameters=parameters)


@pytest.mark.asyncio
@pytest.mark.parametrize("url", HERE)
async def test_a_local_tool_needs_the_option_local_tools(url: str) -> None:
    client = open_account()
    status, _ = await client.refusal("POST /tools", at_url(url))
    assert status == 400

    client.account.options = replace(client.account.options, local_tools=True)
    assert await client.fetch("POST /tools", at_url(url))


@pytest.mark.asyncio
@pytest.mark.parametrize("url", ELSEWHERE)
async def test_no_other_url_is_allowed_with_those_of_this_machine(url: str) -> None:
    client = open_account()
    client.account.options = replace(client.account.options, local_tools=True)

    status, said = await client.refusal("POST /tools", at_url(url))

    assert (status, "'url'" in said["error"]) == (400, True)


@pytest.mark.asyncio
async def test_the_token_url_of_a_tool_may_be_local_too() -> None:
    client = open_account()
    client.account.options = replace(client.account.options, local_tools=True)
    oauth = {"type": "oauth2_client_credentials", "client_id": "c", "client_secret": "s3cr3t"}

    def tool(url: str) -> dict[str, Any]:
        return at_url("http://127.0.0.1:8000/orders", **oauth, token_url=url)

    status, said = await client.refusal("POST /tools", tool("ftp://127.0.0.1/token"))
    assert (status, "'token_url'" in said["error"]) == (400, True)
    assert await client.fetch("POST /tools", tool("http://127.0.0.1:8000/token"))


@pytest.mark.asyncio
@pytest.mark.fidelity("rest.tool_patch_is_partial")
async def test_a_patch_changes_only_the_fields_of_its_body() -> None:
    client = open_account()
    tool_id = await create_tool(client, on_resolve="add_to_context", tags=["a"])
    client.time += 1

    shown = await client.fetch(f"PATCH /tools/{tool_id}", {"description": "New.", "on_call": None})

    assert shown == await client.fetch(f"GET /tools/{tool_id}")
    assert shown["description"] == "New."
    assert (shown["on_resolve"], shown["tags"]) == ("add_to_context", ["a"])
    assert shown["updated_at"] > shown["created_at"]


@pytest.mark.asyncio
@pytest.mark.fidelity("rest.post_call_tool")
async def test_a_post_call_tool_has_no_origin_and_an_api() -> None:
    client = open_account()
    tool = await client.fetch("POST /tools", tool_body(trigger_type="post_call", delivery=api()))

    assert (tool["trigger_type"], tool["origin"], tool["on_call"]) == ("post_call", None, None)
    status, said = await client.refusal("POST /tools", tool_body("b", trigger_type="post_call"))
    assert status == 400
    assert "delivery must be api when trigger_type is 'post_call'" in said["error"]
    other = await create_tool(client, "c", origin="llm", delivery=api())
    shown = await client.fetch(f"PATCH /tools/{other}", {"trigger_type": "post_call"})
    assert shown["origin"] is None
