"""Serves on loopback: binds first, so that the address is known before anything is built on it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator, Generator
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from pytest_tavus.errors import ServiceError
from pytest_tavus.simulator.server.http.answers import cut
from pytest_tavus.simulator.server.http.connection import Connections

LOOPBACK = "127.0.0.1"
GRACE_SECONDS = 1.0
"""For requests in progress, once the server is to end. Then their connections are cut."""

STOP_SECONDS = 5.0


class _EmbeddedServer(uvicorn.Server):
    """A server that leaves signals to whoever started it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


class _CutOnCancel:
    """Lets a request that is cancelled end its connection, and say nothing of it in the log."""

    def __init__(self, app: ASGIApp, connections: Connections) -> None:
        self._app = app
        self._connections = connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except asyncio.CancelledError:
            await cut(scope, receive, self._connections.hang_up)


def bind(port: int) -> socket.socket:
    """Return a socket bound to loopback; port 0 is any that is free.

    Raises:
        ServiceError: the port is taken, or may not be used.

    """
    # With the protocol named, asyncio sends small writes at once; else each answer is 40 ms late.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((LOOPBACK, port))
    except OSError as error:
        bound.close()
        message = f"port {port} of {LOOPBACK} cannot be used: {error.strerror}; try --port 0"
        raise ServiceError(message) from None
    return bound


@contextlib.asynccontextmanager
async def serve_app(
    app: ASGIApp, bound: socket.socket, connections: Connections
) -> AsyncGenerator[None]:
    """Serve an application on a bound socket for as long as the context is open.

    Raises:
        ServiceError: it does not start.

    """
    server = _EmbeddedServer(_config(app, connections))
    task = asyncio.create_task(server.serve(sockets=[bound]))
    try:
        await _wait_until_started(server, task)
        yield
    finally:
        await _stop(server, task, connections)


async def _wait_until_started(server: uvicorn.Server, task: asyncio.Task[None]) -> None:
    while not server.started:
        await asyncio.wait({task}, timeout=0.005)
        if task.done():
            task.result()
            raise ServiceError("the server did not start: its log says why")


async def _stop(server: uvicorn.Server, task: asyncio.Task[None], open_: Connections) -> None:
    server.should_exit = True
    done, _ = await asyncio.wait({task}, timeout=GRACE_SECONDS)
    open_.hang_up_all()
    if not done:
        for request in tuple(server.server_state.tasks):
            request.cancel()
        done, _ = await asyncio.wait({task}, timeout=STOP_SECONDS)
    if not done:
        task.cancel()
        await asyncio.wait({task}, timeout=STOP_SECONDS)
    if task.done() and not task.cancelled():
        task.result()


def _config(app: ASGIApp, connections: Connections) -> uvicorn.Config:
    limits = connections.limits
    return uvicorn.Config(
        cast("Any", _CutOnCancel(app, connections)),
        # uvicorn takes whatever can be called as it calls a class.
        http=cast("Any", connections.protocol_factory()),
        lifespan="off",
        log_config=None,
        # Whoever sends what is no request is told; the log is for what the server does wrong.
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=limits.idle_seconds,
        ws="websockets-sansio",
        ws_max_size=limits.message_bytes,
        ws_per_message_deflate=False,
    )
