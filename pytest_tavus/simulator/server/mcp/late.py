"""Defers the MCP server until its first request.

Its SDK takes as long to import as the rest of the server, and many tests never use MCP.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager

from msgspec import Struct
from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from pytest_tavus.simulator.server.oauth.terms import PAGE_PATH
from pytest_tavus.simulator.server.site import Endpoint, keep_open

SIGN_IN_PATHS = (
    "/.well-known/oauth-protected-resource/mcp",
    "/.well-known/oauth-authorization-server",
    "/register",
    "/authorize",
    "/token",
    "/revoke",
    PAGE_PATH,
)
PATHS = ("/mcp", *SIGN_IN_PATHS)
"""The paths of the MCP server, known before it is built."""


def end_nothing() -> None:
    """End nothing: an endpoint without a sign-in has issued nothing."""


class McpEndpoint(Struct, frozen=True, kw_only=True):
    """The endpoint of an MCP server, and the actions of the server on it."""

    endpoint: Endpoint
    notify_tools_changed: Callable[[], Awaitable[None]]
    "Notifies every listening client that the list of tools has changed."

    end_streams: Callable[[], None]
    "Ends the streams of listening clients, which would otherwise delay the shutdown."

    accepts_token: Callable[[str], bool]
    "Tells whether an access token was issued by the sign-in and is still valid."

    end_sign_ins: Callable[[], None] = end_nothing
    "Revokes everything that the sign-in has issued."


def defer_endpoint(build: Callable[[], McpEndpoint]) -> McpEndpoint:
    """Return an endpoint that calls `build` at the first request, in a thread."""
    lazy = _LazyEndpoint(build)
    routes: tuple[BaseRoute, ...] = tuple(Route(path, lazy) for path in PATHS)
    return McpEndpoint(
        endpoint=Endpoint(routes=routes, lifespan=lazy.lifespan),
        notify_tools_changed=lazy.notify_tools_changed,
        end_streams=lazy.end_streams,
        end_sign_ins=lazy.end_sign_ins,
        accepts_token=lazy.accepts_token,
    )


class _LazyEndpoint:
    """Builds the MCP server once; until then, its actions have no effect."""

    def __init__(self, build: Callable[[], McpEndpoint]) -> None:
        self._build = build
        self._building = asyncio.Lock()
        self._running = AsyncExitStack()
        self._built: McpEndpoint | None = None
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app or await self._build_app()
        await app(scope, receive, send)

    @asynccontextmanager
    async def lifespan(self) -> AsyncGenerator[None]:
        async with self._running:
            yield

    async def notify_tools_changed(self) -> None:
        if self._built is not None:
            await self._built.notify_tools_changed()

    def end_streams(self) -> None:
        if self._built is not None:
            self._built.end_streams()

    def end_sign_ins(self) -> None:
        if self._built is not None:
            self._built.end_sign_ins()

    def accepts_token(self, token: str) -> bool:
        return self._built is not None and self._built.accepts_token(token)

    async def _build_app(self) -> ASGIApp:
        async with self._building:
            if self._app is None:
                with _gc_paused():
                    built = await asyncio.to_thread(self._build)
                await self._running.enter_async_context(keep_open([built.endpoint]))
                self._built = built
                self._app = Router(built.endpoint.routes, redirect_slashes=False)
            return self._app


@contextmanager
def _gc_paused() -> Generator[None]:
    # Each collection would stop the loop for 70 to 100 ms.
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        # The new objects live as long as the server, so they are frozen like those before them.
        if gc.get_freeze_count():
            gc.freeze()
        if enabled:
            gc.enable()
