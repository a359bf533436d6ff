"""The MCP endpoint over HTTP: handshakes, lists of tools, and results of calls."""

from __future__ import annotations

import logging
import warnings
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from starlette.applications import Starlette

from pytest_tavus.simulator.mcp.hosted import load_recorded_definitions
from pytest_tavus.simulator.mcp.toolbox import McpToolResult
from pytest_tavus.simulator.server.mcp.endpoint import build_mcp_endpoint
from tests.simulator.server.constants import MCP
from tests.simulator.server.mcp.hosted import KEY, HostedBackend, StubTools, hosted
from tests.simulator.server.mcp.requests import ERAS, Era, call, send
from tests.simulator.server.oauth.oauth_client import ACCEPT

pytestmark = pytest.mark.asyncio


@pytest.mark.fidelity("mcp.definitions_are_the_recorded_ones")
@ERAS
async def test_the_recorded_definitions_are_listed_as_they_are(era: Era) -> None:
    recorded = load_recorded_definitions()
    async with hosted(HostedBackend(tools=StubTools(listed=recorded))) as server:
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
async def test_a_result_that_is_no_object_is_text_alone(
    era: Era, value: Any, content: list[dict[str, Any]]
) -> None:
    async with hosted(_answering(McpToolResult(value=value))) as server:
        result = await call(server, era, "tavus_echo", {})

    assert result == {"content": content, "isError": False}


@pytest.mark.fidelity("mcp.failures_are_results")
@ERAS
@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (McpToolResult(error="text: the argument is missing"), "text: the argument is missing"),
        (RuntimeError("out of paper"), "Error calling tool 'tavus_echo': out of paper"),
        (KeyError(), "Error calling tool 'tavus_echo': KeyError"),
    ],
)
async def test_a_call_that_fails_is_a_result_that_says_why(
    era: Era, answer: McpToolResult | Exception, sentence: str
) -> None:
    async with hosted(_answering(answer)) as server:
        result = await call(server, era, "tavus_echo", {})
        server.backend.tools.answers.clear()
        after = await call(server, era, "tavus_echo", {})

    assert result == {"content": [{"type": "text", "text": sentence}], "isError": True}
    assert after["isError"] is False


@ERAS
async def test_a_call_without_arguments_has_none(era: Era) -> None:
    async with hosted() as server:
        await call(server, era, "tavus_echo")

    assert server.backend.tools.calls == [("tavus_echo", {})]


@ERAS
@pytest.mark.fidelity("mcp.no_resources_no_prompts")
@pytest.mark.parametrize(
    ("method", "key"),
    [
        ("resources/list", "resources"),
        ("resources/templates/list", "resourceTemplates"),
        ("prompts/list", "prompts"),
    ],
)
async def test_there_are_no_resources_and_no_prompts(era: Era, method: str, key: str) -> None:
    async with hosted() as server:
        result = (await send(server, era, method)).json()["result"]
        tools = (await send(server, era, "tools/list")).json()["result"]["tools"]

    assert result[key] == []
    assert len(tools) == 1


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
    assert {"resources", "prompts", "tools"} <= result["capabilities"].keys()
    assert result["capabilities"]["tools"] == {"listChanged": True}


async def test_the_present_era_is_discovered() -> None:
    async with hosted() as server:
        result = (await send(server, "2026-07-28", "server/discover")).json()["result"]

    assert result["supportedVersions"] == ["2026-07-28"]
    assert result["capabilities"]["tools"] == {"listChanged": True}


async def test_a_message_of_too_many_values_is_refused_before_it_is_parsed() -> None:
    arguments = {"text": "a", "more": list(range(30_000))}
    async with hosted() as server:
        few = await call(server, "2025-11-25", "tavus_echo", {"text": "a"})
        answer = await server.http.post(
            "/mcp",
            json={"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": arguments},
            headers={**ACCEPT, "Authorization": f"Bearer {KEY}"},
        )

    assert few["isError"] is False
    assert (answer.status_code, answer.json()) == (
        400,
        {
            "jsonrpc": "2.0",
            "id": None,
            "error": {
                "code": -32700,
                "message": (
                    "the body holds more than 25000 values, or more than 3000 objects and lists"
                ),
            },
        },
    )


@asynccontextmanager
async def unguarded() -> AsyncGenerator[str]:
    """Serve the endpoint without a guard, for clients that cannot send a token."""
    mcp = build_mcp_endpoint(
        StubTools(), version="9", protect=lambda app: app, accepts_token=lambda _: False
    )
    app = Starlette(routes=list(mcp.endpoint.routes))
    async with (
        mcp.endpoint.lifespan(),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app)) as http,
        Client(streamable_http_client(MCP, http_client=http), cache=None) as client,
    ):
        tools = await client.list_tools()
        yield tools.tools[0].name


async def test_an_endpoint_can_be_open() -> None:
    async with unguarded() as name:
        assert name == "tavus_echo"


async def test_building_an_endpoint_changes_no_logging_and_warns_of_nothing() -> None:
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        async with hosted() as server:
            await call(server, "2025-11-25", "tavus_echo", {})

    assert (root.level, list(root.handlers)) == before
    assert [str(warning.message) for warning in caught] == []


def _answering(answer: McpToolResult | Exception) -> HostedBackend:
    return HostedBackend(tools=StubTools(answers={"tavus_echo": answer}))
