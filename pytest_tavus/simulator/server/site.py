"""The simulated Tavus that all endpoints share, and the type of an endpoint."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from msgspec import Struct
from starlette.routing import BaseRoute

from pytest_tavus.simulator.account.front import Api
from pytest_tavus.simulator.account.store.account import Account
from pytest_tavus.simulator.server.options import ServerOptions

CONTROL = "/_simulator"
"""The prefix of every path of the control plane."""


class Site(Struct, frozen=True, kw_only=True):
    """One simulated Tavus behind one address."""

    base_url: str
    "``http://127.0.0.1:PORT``, without a slash at its end."

    options: ServerOptions
    account: Account
    api: Api
    monotonic_epoch: Callable[[], float]
    "Seconds since 1970 that no reset turns back; the sign-in dates its tokens by them."

    @property
    def mcp_url(self) -> str:
        """The address of the MCP server: the resource that OAuth protects."""
        return f"{self.base_url}/mcp"


@asynccontextmanager
async def no_lifespan() -> AsyncGenerator[None]:
    """Run nothing: most endpoints consist of routes only."""
    yield


class Endpoint(Struct, frozen=True, kw_only=True):
    """Routes, and the context that must stay open while the server runs."""

    routes: tuple[BaseRoute, ...]
    lifespan: Callable[[], AbstractAsyncContextManager[None]] = no_lifespan


@asynccontextmanager
async def keep_open(endpoints: Iterable[Endpoint]) -> AsyncGenerator[None]:
    """Keep the lifespans of endpoints open, in a task of their own."""
    # A lifespan may be bound to the task that entered it (anyio's cancel scopes), and may wrap the
    # exceptions that are raised inside it. The task shields the caller from both.
    opened, closing = asyncio.Event(), asyncio.Event()

    async def keep() -> None:
        async with AsyncExitStack() as stack:
            for endpoint in endpoints:
                await stack.enter_async_context(endpoint.lifespan())
            opened.set()
            await closing.wait()

    keeping = asyncio.create_task(keep())
    starting = asyncio.create_task(opened.wait())
    try:
        await asyncio.wait({keeping, starting}, return_when=asyncio.FIRST_COMPLETED)
        if keeping.done():
            keeping.result()
        yield
    finally:
        starting.cancel()
        closing.set()
        await keeping
