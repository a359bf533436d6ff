"""The MCP server is built by the first who comes, and is as good as if it had been there before."""

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
from tests.simulator.server.served import PATIENCE, Sent, listening, nothing, request_scope, served

pytestmark = pytest.mark.asyncio


class Built:
    """Counts how often it was asked for a door, and what was done with it."""

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


async def knock(door: McpEndpoint) -> bytes:
    sent = Sent()
    (route,) = (
        one for one in door.endpoint.routes if isinstance(one, Route) and one.path == "/mcp"
    )
    await route.app(request_scope("/mcp"), nothing, sent)
    return sent.body


async def test_it_is_built_once_however_many_come_at_first() -> None:
    built = Built()
    door = defer_endpoint(built)
    async with door.endpoint.lifespan():
        found = await asyncio.gather(*(knock(door) for _ in range(5)))

    assert found == [b"here"] * 5
    assert built.times == 1


async def test_it_is_built_off_the_loop_and_no_garbage_is_looked_for_meanwhile() -> None:
    built = Built()
    door = defer_endpoint(built)
    before = gc.isenabled()
    async with door.endpoint.lifespan():
        await knock(door)

    assert built.thread is not threading.current_thread()
    assert not built.collecting
    assert gc.isenabled() is before


@pytest.mark.parametrize("sparing", [True, False])
async def test_what_was_built_is_spared_where_the_rest_is(sparing: bool) -> None:
    if sparing:
        gc.freeze()
    try:
        before = gc.get_freeze_count()
        door = defer_endpoint(Built())
        async with door.endpoint.lifespan():
            await knock(door)
        assert (gc.get_freeze_count() > before) is sparing
    finally:
        gc.unfreeze()


async def test_what_is_told_before_anybody_came_is_told_to_nobody() -> None:
    built = Built()
    door = defer_endpoint(built)
    async with door.endpoint.lifespan():
        await door.notify_tools_changed()
        door.end_streams()
        before = (built.changes, built.ends)
        await knock(door)
        await door.notify_tools_changed()
        door.end_streams()

    assert before == (0, 0)
    assert (built.changes, built.ends) == (1, 1)


async def test_every_path_of_the_built_one_leads_to_it() -> None:
    async with hosted() as there:
        routes = (*there.oauth.routes, *there.door.endpoint.routes)

    assert {getattr(route, "path", None) for route in routes} == set(PATHS)


async def test_a_method_that_is_not_allowed_is_told_as_anywhere() -> None:
    async with served() as server:
        told = await server.http.get("/register")

    assert (told.status_code, told.json()) == (405, {"error": "GET is not allowed for /register"})


async def test_the_sdk_is_not_imported_by_whoever_does_not_ask_for_it() -> None:
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
