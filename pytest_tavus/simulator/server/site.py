"""What every door of the server is given, and what a door is."""

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
"""What every path of the control plane begins with."""


class Site(Struct, frozen=True, kw_only=True):
    """One simulated Tavus behind one address."""

    base_url: str
    "``http://127.0.0.1:PORT``, without a slash at its end."

    options: ServerOptions
    account: Account
    api: Api
    monotonic_epoch: Callable[[], float]
    "Seconds since 1970 that no reset turns back: the time of what is issued."

    @property
    def mcp_url(self) -> str:
        """Where MCP is spoken: the resource that OAuth guards."""
        return f"{self.base_url}/mcp"


@asynccontextmanager
async def no_lifespan() -> AsyncGenerator[None]:
    """Run nothing: most doors are only routes."""
    yield


class Endpoint(Struct, frozen=True, kw_only=True):
    """One way in: its routes, and what has to run while the server does."""

    routes: tuple[BaseRoute, ...]
    lifespan: Callable[[], AbstractAsyncContextManager[None]] = no_lifespan


@asynccontextmanager
async def keep_open(doors: Iterable[Endpoint]) -> AsyncGenerator[None]:
    """Keep doors open, in a task of their own.

    What a door runs may be bound to the task that began it, and may wrap whatever is raised in
    there; whoever is served by the doors should see neither.
    """
    opened, closing = asyncio.Event(), asyncio.Event()

    async def keep() -> None:
        async with AsyncExitStack() as stack:
            for door in doors:
                await stack.enter_async_context(door.lifespan())
            opened.set()
            await closing.wait()

    keeping = asyncio.create_task(keep())
    begun = asyncio.create_task(opened.wait())
    try:
        await asyncio.wait({keeping, begun}, return_when=asyncio.FIRST_COMPLETED)
        if keeping.done():
            keeping.result()
        yield
    finally:
        begun.cancel()
        closing.set()
        await keeping
