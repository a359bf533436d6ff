"""Serves on loopback. Binds first, because the application is built with its own address."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator, Generator

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from pytest_tavus.errors import ServiceError
from pytest_tavus.simulator.server.http.answers import cut
from pytest_tavus.simulator.server.http.connection import Connections

LOOPBACK = "127.0.0.1"
GRACE_SECONDS = 1.0
"""How long open requests may take at shutdown. Afterwards their connections are cut."""

STOP_SECONDS = 5.0


class _EmbeddedServer(uvicorn.Server):
    # uvicorn would replace the signal handlers of the command, or of the test run.
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


class _CutOnCancel:
    """Cuts the connection of a cancelled request, so that uvicorn logs no traceback for it."""

    def __init__(self, app: ASGIApp, connections: Connections) -> None:
        self._app = app
        self._connections = connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except asyncio.CancelledError:
            await cut(scope, receive, self._connections.hang_up)


def bind(port: int) -> socket.socket:
    """Return a socket that is bound to loopback; port 0 is any free port.

    Raises:
        ServiceError: the port is taken or not permitted.

    """
    # asyncio sets TCP_NODELAY only if the protocol is named; otherwise answers are 40 ms late.
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
    """Serve an application on a bound socket until the context ends.

    Raises:
        ServiceError: the server does not start.

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


async def _stop(server: uvicorn.Server, task: asyncio.Task[None], connections: Connections) -> None:
    server.should_exit = True
    done, _ = await asyncio.wait({task}, timeout=GRACE_SECONDS)
    connections.hang_up_all()
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
        _CutOnCancel(app, connections),
        http=connections.protocol_class(),
        lifespan="off",
        log_config=None,
        # Below "error", uvicorn logs malformed requests, whose clients get an answer already.
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=limits.idle_seconds,
        ws="websockets-sansio",
        ws_max_size=limits.message_bytes,
        ws_per_message_deflate=False,
    )
