"""The MCP door on the wire: what is listed, what a call comes to, what is refused."""

from __future__ import annotations

import logging
import warnings
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Literal

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from starlette.applications import Starlette

from pytest_tavus.mcp_tools.definitions import recorded_definitions
from pytest_tavus.mcp_tools.toolbox import ToolResult
from pytest_tavus.server.mcp_door import mcp_door
from tests.server.hosted import ACCEPT, KEY, MCP, GivenTools, Hosted, World, hosted

pytestmark = pytest.mark.asyncio

Era = Literal["2025-06-18", "2025-11-25", "2026-07-28", "2031-01-01"]

ERAS = pytest.mark.parametrize("era", ["2025-06-18", "2025-11-25", "2026-07-28"])


async def send(
    server: Hosted, era: Era, method: str, params: Mapping[str, Any] | None = None
) -> httpx2.Response:
    """Send one request as a client of that era writes it, with nothing between it and the wire."""
    headers = {**ACCEPT, "Authorization": f"Bearer {KEY}", "MCP-Protocol-Version": era}
    body: dict[str, Any] = {
        "jsonrpc": "2.0",
        "id": 7,
        "method": method,
        "params": dict(params or {}),
    }
    if era >= "2026-07-28":
        headers["Mcp-Method"] = method
        if "name" in body["params"]:
            headers["Mcp-Name"] = body["params"]["name"]
        body["params"]["_meta"] = {
            "io.modelcontextprotocol/protocolVersion": era,
            "io.modelcontextprotocol/clientCapabilities": {},
        }
    return await server.http.post("/mcp", json=body, headers=headers)


async def call(server: Hosted, era: Era, name: str, arguments: Any = None) -> dict[str, Any]:
    """Call a tool, and return the result without what the era adds to every result."""
    params = {"name": name} if arguments is None else {"name": name, "arguments": arguments}
    answer = await send(server, era, "tools/call", params)
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()["result"]
    return {key: result[key] for key in result.keys() - {"_meta", "resultType"}}


@pytest.mark.fidelity("mcp.definitions_are_the_recorded_ones")
@ERAS
async def test_the_recorded_definitions_are_listed_as_they_are(era: Era) -> None:
    recorded = recorded_definitions()
    async with hosted(World(tools=GivenTools(listed=recorded))) as server:
        result = (await send(server, era, "tools/list")).json()["result"]

    assert len(recorded) == 81
    assert result["tools"] == list(recorded)
    assert "nextCursor" not in result


@pytest.mark.fidelity("mcp.results")
@ERAS
async def test_an_object_is_answered_as_text_and_as_an_object(era: Era) -> None:
    async with hosted() as server:
        result = await call(server, era, "tavus_echo", {"text": "grün"})

    assert result == {
        "content": [{"type": "text", "text": '{"said":{"text":"grün"}}'}],
        "structuredContent": {"said": {"text": "grün"}},
        "isError": False,
    }


@pytest.mark.fidelity("mcp.results")
@ERAS
@pytest.mark.parametrize(
    ("value", "content"),
    [
        ([1, {"a": None}], [{"type": "text", "text": '[1,{"a":null}]'}]),
        ("words", [{"type": "text", "text": '"words"'}]),
        (None, []),
    ],
)
async def test_what_is_no_object_is_text_alone(
    era: Era, value: Any, content: list[dict[str, Any]]
) -> None:
    async with hosted(_answering(ToolResult(value=value))) as server:
        result = await call(server, era, "tavus_echo", {})

    assert result == {"content": content, "isError": False}


@pytest.mark.fidelity("mcp.failures_are_results")
@ERAS
@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (ToolResult(error="text: the argument is missing"), "text: the argument is missing"),
        (RuntimeError("out of paper"), "Error calling tool 'tavus_echo': out of paper"),
        (KeyError(), "Error calling tool 'tavus_echo': KeyError"),
    ],
)
async def test_a_call_that_fails_is_a_result_that_says_why(
    era: Era, answer: ToolResult | Exception, sentence: str
) -> None:
    async with hosted(_answering(answer)) as server:
        result = await call(server, era, "tavus_echo", {})
        server.world.tools.answers.clear()
        after = await call(server, era, "tavus_echo", {})

    assert result == {"content": [{"type": "text", "text": sentence}], "isError": True}
    assert after["isError"] is False


@ERAS
async def test_a_call_without_arguments_has_none(era: Era) -> None:
    async with hosted() as server:
        await call(server, era, "tavus_echo")

    assert server.world.tools.calls == [("tavus_echo", {})]


@ERAS
@pytest.mark.parametrize("arguments", [[1], "text", 5])
async def test_arguments_that_are_no_object_are_an_error_of_the_request(
    era: Era, arguments: Any
) -> None:
    async with hosted() as server:
        params = {"name": "tavus_echo", "arguments": arguments}
        answer = (await send(server, era, "tools/call", params)).json()

    assert answer["error"]["code"] == -32602
    assert server.world.tools.calls == []


@ERAS
@pytest.mark.parametrize("method", ["tavus/nothing", "resources/list"])
async def test_a_method_that_is_not_served_is_an_error_of_the_request(
    era: Era, method: str
) -> None:
    async with hosted() as server:
        answer = (await send(server, era, method)).json()

    assert answer["error"]["code"] == -32601


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


@pytest.mark.fidelity("mcp.stateless")
async def test_the_handshake_opens_no_session() -> None:
    params = {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "t", "version": "1"},
    }
    async with hosted() as server:
        answer = await send(server, "2025-11-25", "initialize", params)

    result = answer.json()["result"]
    assert "mcp-session-id" not in answer.headers
    assert answer.headers["content-type"] == "application/json"
    assert result["protocolVersion"] == "2025-11-25"
    assert result["serverInfo"] == {"name": "tavus", "version": "9"}
    assert result["capabilities"]["tools"] == {"listChanged": True}


async def test_the_present_era_is_discovered() -> None:
    async with hosted() as server:
        result = (await send(server, "2026-07-28", "server/discover")).json()["result"]

    assert result["supportedVersions"] == ["2026-07-28"]
    assert result["capabilities"]["tools"] == {"listChanged": True}


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


@asynccontextmanager
async def unguarded() -> AsyncGenerator[str]:
    """A door without a guard: for clients that cannot send a token."""
    door = mcp_door(GivenTools(), version="9", protect=lambda app: app)
    app = Starlette(routes=list(door.door.routes))
    async with (
        door.door.running(),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app)) as http,
        Client(streamable_http_client(MCP, http_client=http), cache=None) as client,
    ):
        tools = await client.list_tools()
        yield tools.tools[0].name


async def test_a_door_can_be_without_a_guard() -> None:
    async with unguarded() as name:
        assert name == "tavus_echo"


async def test_opening_a_door_changes_no_logging_and_warns_of_nothing() -> None:
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        async with hosted() as server:
            await call(server, "2025-11-25", "tavus_echo", {})

    assert (root.level, list(root.handlers)) == before
    assert [str(warning.message) for warning in caught] == []


def _answering(answer: ToolResult | Exception) -> World:
    return World(tools=GivenTools(answers={"tavus_echo": answer}))
