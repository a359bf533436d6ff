"""Clients are notified of changes to the list of tools, over real streams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import ExitStack, asynccontextmanager

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server.subscriptions import ToolsListChanged
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse

from pytest_tavus.simulator.server.http.connection import Connections
from pytest_tavus.simulator.server.http.serving import bind, serve_app
from pytest_tavus.simulator.server.mcp.changes import ChangeStreams, EarlierEraStream
from pytest_tavus.simulator.server.mcp.endpoint import build_mcp_endpoint
from pytest_tavus.simulator.server.mcp.late import McpEndpoint
from pytest_tavus.simulator.server.options import ServerLimits
from tests.simulator.server.mcp.hosted import StubTools

pytestmark = pytest.mark.asyncio

PATIENCE = 10.0
CHANGED = 'data: {"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}'
LISTEN = {"Accept": "text/event-stream", "MCP-Protocol-Version": "2025-11-25"}


@asynccontextmanager
async def served() -> AsyncGenerator[tuple[McpEndpoint, str]]:
    """Serve an open endpoint on loopback, and give its address."""
    mcp = build_mcp_endpoint(
        StubTools(), version="9", protect=lambda app: app, accepts_token=lambda _: False
    )
    app = Starlette(routes=list(mcp.endpoint.routes))
    with bind(0) as bound:
        async with mcp.endpoint.lifespan(), serve_app(app, bound, Connections(ServerLimits())):
            yield mcp, f"http://127.0.0.1:{bound.getsockname()[1]}/mcp"
            mcp.end_streams()


@pytest.mark.fidelity("mcp.list_changed")
async def test_a_client_of_the_present_era_hears_of_a_change() -> None:
    async with (
        served() as (mcp, url),
        Client(streamable_http_client(url), cache=None) as client,
        client.listen(tools_list_changed=True) as heard,
    ):
        await mcp.notify_tools_changed()
        event = await asyncio.wait_for(anext(aiter(heard)), PATIENCE)

    assert isinstance(event, ToolsListChanged)


@pytest.mark.fidelity("mcp.list_changed")
async def test_a_client_of_an_earlier_era_hears_of_a_change() -> None:
    async with (
        served() as (mcp, url),
        httpx2.AsyncClient(timeout=PATIENCE) as http,
        http.stream("GET", url, headers=LISTEN) as stream,
    ):
        lines = stream.aiter_lines()
        opened = await anext(lines)
        await mcp.notify_tools_changed()
        heard = await _line_that_says(lines, "data")

    assert stream.headers["content-type"].startswith("text/event-stream")
    assert opened == ": open"
    assert heard == CHANGED


@pytest.mark.parametrize("headers", [LISTEN, {"Accept": "text/event-stream, application/json"}])
async def test_ending_the_streams_ends_those_of_an_earlier_era(headers: dict[str, str]) -> None:
    async with (
        served() as (mcp, url),
        httpx2.AsyncClient(timeout=PATIENCE) as http,
        http.stream("GET", url, headers=headers) as stream,
    ):
        mcp.end_streams()
        text = (await stream.aread()).decode()

    assert text == ": open\r\n\r\n"


@pytest.mark.parametrize(
    "headers",
    [{"Accept": "application/json"}, {**LISTEN, "MCP-Protocol-Version": "2026-07-28"}],
)
async def test_any_other_get_is_the_sdks_to_refuse(headers: dict[str, str]) -> None:
    async with served() as (_, url), httpx2.AsyncClient(timeout=PATIENCE) as http:
        answer = await http.get(url, headers=headers)

    assert answer.status_code in {405, 406}


async def test_a_closed_stream_is_forgotten_and_an_unread_stream_does_not_block() -> None:
    changes = ChangeStreams()
    with changes.open_stream() as frames:
        for _ in range(100):
            await changes.publish()
        assert frames.statistics().current_buffer_used == 16
    await changes.publish()

    with changes.open_stream() as frames:
        assert frames.statistics().current_buffer_used == 1
        changes.end()
        assert [frame async for frame in frames] == [b": open\r\n\r\n"]
        await changes.publish()


async def test_a_client_beyond_the_limit_is_refused() -> None:
    changes = ChangeStreams()
    app = EarlierEraStream(PlainTextResponse("not a stream"), changes=changes)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app)) as http:
        with ExitStack() as streams:
            for _ in range(1024):
                streams.enter_context(changes.open_stream())
            full = await http.get("http://127.0.0.1/mcp", headers=LISTEN)
        assert not changes.is_full

    assert (full.status_code, full.text) == (503, "1024 clients listen already.")


async def _line_that_says(lines: AsyncIterator[str], field: str) -> str:
    async with asyncio.timeout(PATIENCE):
        async for line in lines:
            if line.startswith(f"{field}:"):
                return line
    raise AssertionError(field)
