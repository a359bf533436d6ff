"""The way to the MCP server, which is built when somebody first comes to it.

Its SDK takes as long to import as everything else together, and many a test never speaks MCP.
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
"""Where its routes are."""


def end_nothing() -> None:
    """End nothing: a door without a sign-in has issued nothing."""


class McpEndpoint(Struct, frozen=True, kw_only=True):
    """The MCP server's way in."""

    endpoint: Endpoint
    notify_tools_changed: Callable[[], Awaitable[None]]
    "Tells every listening client that the list of tools is another one now."

    end_streams: Callable[[], None]
    "Ends the streams that listening clients hold open, so that the server can stop."

    accepts_token: Callable[[str], bool]
    "Whether somebody who signed in has this access token."

    end_sign_ins: Callable[[], None] = end_nothing
    "Makes everything worthless that the sign-in has given."


def defer_endpoint(build: Callable[[], McpEndpoint]) -> McpEndpoint:
    """Return a door that `build` makes at the first request. It is called in a thread."""
    behind = _LazyEndpoint(build)
    routes: tuple[BaseRoute, ...] = tuple(Route(path, behind) for path in PATHS)
    return McpEndpoint(
        endpoint=Endpoint(routes=routes, lifespan=behind.lifespan),
        notify_tools_changed=behind.notify_tools_changed,
        end_streams=behind.end_streams,
        end_sign_ins=behind.end_sign_ins,
        accepts_token=behind.accepts_token,
    )


class _LazyEndpoint:
    """What is behind the door, once it is there."""

    def __init__(self, build: Callable[[], McpEndpoint]) -> None:
        self._build = build
        self._building = asyncio.Lock()
        self._running = AsyncExitStack()
        self._opened: McpEndpoint | None = None
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        app = self._app or await self._build_app()
        await app(scope, receive, send)

    @asynccontextmanager
    async def lifespan(self) -> AsyncGenerator[None]:
        """Keep running what has to, as long as the server does."""
        async with self._running:
            yield

    async def notify_tools_changed(self) -> None:
        """Tell those who listen; nobody does where nobody has come."""
        if self._opened is not None:
            await self._opened.notify_tools_changed()

    def end_streams(self) -> None:
        """End the streams there are."""
        if self._opened is not None:
            self._opened.end_streams()

    def end_sign_ins(self) -> None:
        """End the sign-ins there were."""
        if self._opened is not None:
            self._opened.end_sign_ins()

    def accepts_token(self, token: str) -> bool:
        """Tell whether a token was given here; none was where nobody has come."""
        return self._opened is not None and self._opened.accepts_token(token)

    async def _build_app(self) -> ASGIApp:
        async with self._building:
            if self._app is None:
                with _gc_paused():
                    opened = await asyncio.to_thread(self._build)
                await self._running.enter_async_context(keep_open([opened.endpoint]))
                self._opened = opened
                self._app = Router(opened.endpoint.routes, redirect_slashes=False)
            return self._app


@contextmanager
def _gc_paused() -> Generator[None]:
    """Look for no garbage within the block: each search would stop the loop for 70 to 100 ms.

    What is made in it stays as long as the server. Where the rest is frozen, it is, too.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if gc.get_freeze_count():
            gc.freeze()
        if enabled:
            gc.enable()
