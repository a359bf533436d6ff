"""Opens a simulated Tavus in process or over loopback, on the loop of the test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from starlette.types import Message, Scope

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.simulator.rooms.opening import Opening
from pytest_tavus.simulator.rooms.port import LiveConversation
from pytest_tavus.simulator.server.application import SiteContext
from pytest_tavus.simulator.server.compose import (
    ServerContext,
    SimulatedTavus,
    open_simulated_tavus,
)
from pytest_tavus.simulator.server.options import ServerOptions
from pytest_tavus.simulator.server.running import RunningServer, run_server
from tests.simulator.server.constants import BASE

MARKER = "x-tavus-simulator"
PATIENCE = 20.0
"""Seconds after which a test that waits gives up."""

PAL = {"pal_name": "Shop", "system_prompt": "Help.", "greeting": "Hello there!"}


def no_connection(_: Scope) -> bool:
    """Report that the request has no connection, as in process."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class InProcessServer:
    """A simulated Tavus in process, and a client with its key."""

    tavus: SimulatedTavus
    http: httpx.AsyncClient


@asynccontextmanager
async def served(
    options: ServerOptions | None = None, *, environ: Mapping[str, str] | None = None
) -> AsyncGenerator[InProcessServer]:
    """Open a simulated Tavus in process, with its control plane."""
    outside = ServerContext(base_url=BASE, environ=environ or {}, hang_up=no_connection)
    async with open_simulated_tavus(options or ServerOptions(control=True), outside) as tavus:
        transport = httpx.ASGITransport(tavus.app)
        headers = {"x-api-key": tavus.keys.first}
        async with httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers) as http:
            yield InProcessServer(tavus=tavus, http=http)


@asynccontextmanager
async def listening(options: ServerOptions | None = None) -> AsyncGenerator[RunningServer]:
    """Open a simulated Tavus on a loopback port."""
    async with run_server(options or ServerOptions(control=True), environ={}) as server:
        yield server


def build_context(tavus: SimulatedTavus) -> SiteContext:
    """Return the context for the middleware of a simulated Tavus."""
    admin = tavus.admin
    return SiteContext(
        limits=tavus.site.options.limits,
        clock=admin.clock,
        journal=admin.journal,
        faults=admin.faults,
        hang_up=no_connection,
        is_authenticated=lambda _: True,
        origins=(),
        public=lambda _: None,
    )


async def open_conversation(
    server: SimulatedTavus, conversation_id: str = "c1", **opening: Any
) -> LiveConversation:
    """Open a conversation with a PAL that has no script, without the API."""
    pal = Pal.from_json({**PAL, **opening.pop("pal", {})})
    return await server.site.account.live.open(
        Opening(
            conversation_id=conversation_id,
            pal=pal,
            pal_id="p1",
            face_id="r1",
            chat=True,
            **opening,
        )
    )


def request_scope(
    path: str = "/v2/pals",
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    kind: str = "http",
) -> Scope:
    """Return the scope of a request or of a handshake."""
    given = {"host": "127.0.0.1:8123", **(headers or {})}
    scope: Scope = {
        "type": kind,
        "path": path,
        "raw_path": path.encode("utf-8", "surrogateescape"),
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        "extensions": {"websocket.http.response": {}},
    }
    return {**scope, "method": method} if kind == "http" else scope


class RecordedResponse(list[Message]):
    """The messages that an application sent."""

    async def __call__(self, message: Message) -> None:
        self.append(message)

    @property
    def status(self) -> int | None:
        return next((one["status"] for one in self if "status" in one), None)

    @property
    def headers(self) -> dict[str, str]:
        pairs = next(one["headers"] for one in self if "headers" in one)
        return {name.decode(): value.decode() for name, value in pairs}

    @property
    def body(self) -> bytes:
        return b"".join(one.get("body", b"") for one in self)


async def receive_empty_body() -> Message:
    """Return the message of a request without a body."""
    return {"type": "http.request", "body": b"", "more_body": False}


async def wait_until(holds: Callable[[], object]) -> None:
    """Let other tasks run until a condition holds; fail after `PATIENCE` seconds."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - what it waits for tells nobody
            await asyncio.sleep(0)
