"""The MCP server is built at its first request, and then behaves as if built at the start."""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import threading
from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from pytest_tavus.simulator.server.mcp.late import PATHS, McpEndpoint, defer_endpoint
from pytest_tavus.simulator.server.site import Endpoint
from tests.simulator.server.mcp.hosted import hosted
from tests.simulator.server.served import (
    PATIENCE,
    RecordedResponse,
    listening,
    receive_empty_body,
    request_scope,
    served,
)

pytestmark = pytest.mark.asyncio


class CountingBuilder:
    """Builds an endpoint, and counts the builds and the actions on it."""

    def __init__(self) -> None:
        self.times = 0
        self.changes = 0
        self.ends = 0
        self.thread: threading.Thread | None = None
        self.collecting = True

    def __call__(self) -> McpEndpoint:
        self.times += 1
        self.thread = threading.current_thread()
        self.collecting = gc.isenabled()
        routes = (Route("/mcp", PlainTextResponse("here")),)
        return McpEndpoint(
            endpoint=Endpoint(routes=routes),
            notify_tools_changed=self.changed,
            end_streams=self.end,
            accepts_token=lambda _: False,
        )

    async def changed(self) -> None:
        self.changes += 1

    def end(self) -> None:
        self.ends += 1


async def request_mcp(mcp: McpEndpoint) -> bytes:
    sent = RecordedResponse()
    (route,) = (one for one in mcp.endpoint.routes if isinstance(one, Route) and one.path == "/mcp")
    await route.app(request_scope("/mcp"), receive_empty_body, sent)
    return sent.body


async def test_concurrent_first_requests_build_the_endpoint_once() -> None:
    built = CountingBuilder()
    mcp = defer_endpoint(built)
    async with mcp.endpoint.lifespan():
        found = await asyncio.gather(*(request_mcp(mcp) for _ in range(5)))

    assert found == [b"here"] * 5
    assert built.times == 1


async def test_the_endpoint_is_built_in_a_thread_without_garbage_collection() -> None:
    built = CountingBuilder()
    mcp = defer_endpoint(built)
    before = gc.isenabled()
    async with mcp.endpoint.lifespan():
        await request_mcp(mcp)

    assert built.thread is not threading.current_thread()
    assert not built.collecting
    assert gc.isenabled() is before


@pytest.mark.parametrize("sparing", [True, False])
async def test_the_endpoint_is_frozen_if_other_objects_are(sparing: bool) -> None:
    if sparing:
        gc.freeze()
    try:
        before = gc.get_freeze_count()
        mcp = defer_endpoint(CountingBuilder())
        async with mcp.endpoint.lifespan():
            await request_mcp(mcp)
        assert (gc.get_freeze_count() > before) is sparing
    finally:
        gc.unfreeze()


async def test_actions_before_the_first_request_have_no_effect() -> None:
    built = CountingBuilder()
    mcp = defer_endpoint(built)
    async with mcp.endpoint.lifespan():
        await mcp.notify_tools_changed()
        mcp.end_streams()
        before = (built.changes, built.ends)
        await request_mcp(mcp)
        await mcp.notify_tools_changed()
        mcp.end_streams()

    assert before == (0, 0)
    assert (built.changes, built.ends) == (1, 1)


async def test_every_route_of_the_endpoint_is_deferred() -> None:
    async with hosted() as there:
        routes = (*there.oauth.routes, *there.mcp.endpoint.routes)

    assert {getattr(route, "path", None) for route in routes} == set(PATHS)


async def test_a_deferred_route_refuses_other_methods() -> None:
    async with served() as server:
        told = await server.http.get("/register")

    assert (told.status_code, told.json()) == (405, {"error": "GET is not allowed for /register"})


async def test_a_server_without_mcp_requests_does_not_import_the_sdk() -> None:
    program = (
        "import sys, pytest_tavus.simulator.server.command\n"
        "sys.exit(sorted({'mcp', 'mcp_types', 'openai'} & set(sys.modules)) or 0)"
    )
    run = subprocess.run(  # noqa: ASYNC221 - nothing else goes on
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )

    assert (run.returncode, run.stderr) == (0, "")


async def test_the_control_plane_tells_whoever_listens_that_the_tools_have_changed() -> None:
    async with (
        asyncio.timeout(PATIENCE),
        listening() as server,
        httpx2.AsyncClient(base_url=server.url) as http,
    ):
        bearer = {"authorization": f"Bearer {server.api_key}", "accept": "text/event-stream"}
        async with http.stream("GET", "/mcp", headers=bearer) as stream:
            lines = stream.aiter_lines()
            opened = await anext(lines)
            key = {"x-api-key": server.api_key}
            told = await http.post("/_simulator/tools/changed", headers=key)
            heard = [line async for line in _until_data(lines)]

    assert (opened, told.status_code) == (": open", 204)
    assert json.loads(heard[-1].removeprefix("data: "))["method"] == (
        "notifications/tools/list_changed"
    )


async def _until_data(lines: AsyncIterator[str]) -> AsyncIterator[str]:
    async for line in lines:
        yield line
        if line.startswith("data: "):
            return
