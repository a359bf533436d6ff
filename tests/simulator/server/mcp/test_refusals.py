"""The MCP endpoint refuses arguments, methods, bodies, versions, hosts and origins."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.server.mcp.hosted import KEY, hosted
from tests.simulator.server.mcp.requests import ERAS, Era, send
from tests.simulator.server.oauth.oauth_client import ACCEPT

pytestmark = pytest.mark.asyncio


@ERAS
@pytest.mark.parametrize("arguments", [[1], "text", 5])
async def test_arguments_that_are_no_object_are_an_error_of_the_request(
    era: Era, arguments: Any
) -> None:
    async with hosted() as server:
        params = {"name": "tavus_echo", "arguments": arguments}
        answer = (await send(server, era, "tools/call", params)).json()

    assert answer["error"]["code"] == -32602
    assert server.backend.tools.calls == []


@ERAS
@pytest.mark.parametrize("method", ["tavus/nothing", "resources/nothing"])
async def test_a_method_that_is_not_served_is_an_error_of_the_request(
    era: Era, method: str
) -> None:
    async with hosted() as server:
        answer = (await send(server, era, method)).json()

    assert answer["error"]["code"] == -32601


@ERAS
@pytest.mark.fidelity("mcp.no_resources_no_prompts")
@pytest.mark.parametrize(
    ("method", "params", "sentence"),
    [
        ("resources/read", {"uri": "file:///etc/hostname"}, "Resource not found: 'file:///"),
        ("prompts/get", {"name": "greet"}, "Unknown prompt: 'greet'"),
    ],
)
async def test_a_resource_or_prompt_that_is_asked_for_is_not_there(
    era: Era, method: str, params: dict[str, str], sentence: str
) -> None:
    async with hosted() as server:
        error = (await send(server, era, method, params)).json()["error"]

    assert (error["code"], sentence in error["message"]) == (-32602, True)


@ERAS
@pytest.mark.parametrize("body", ["{", "[]", '"x"', '{"jsonrpc": "2.0"}', "[" * 5000])
async def test_a_body_that_is_no_request_is_refused_and_the_next_one_served(
    era: Era, body: str
) -> None:
    headers = {**ACCEPT, "Authorization": f"Bearer {KEY}", "MCP-Protocol-Version": era}
    headers["Content-Type"] = "application/json"
    async with hosted() as server:
        answer = await server.http.post("/mcp", content=body, headers=headers)
        after = await send(server, era, "tools/list")

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] in {-32700, -32600, -32602}
    assert after.status_code == 200


async def test_a_version_that_does_not_exist_is_refused_with_those_that_do() -> None:
    async with hosted() as server:
        answer = await send(server, "2031-01-01", "tools/list")

    assert answer.status_code == 400
    assert answer.json()["error"]["data"]["supported"] == ["2026-07-28"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Host": "tavus.example"}, 421), ({"Origin": "http://tavus.example"}, 403)],
)
async def test_a_foreign_host_or_origin_is_refused(headers: dict[str, str], status: int) -> None:
    async with hosted() as server:
        answer = await server.http.post("/mcp", headers=headers)

    assert answer.status_code == status


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH"])
async def test_another_method_is_refused(method: str) -> None:
    async with hosted() as server:
        headers = {**ACCEPT, "Authorization": f"Bearer {KEY}"}
        answer = await server.http.request(method, "/mcp", headers=headers)

    assert answer.status_code == 405
