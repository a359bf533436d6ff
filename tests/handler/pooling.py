"""An application that writes down its start-ups, and a pool to use it from."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

from pytest_tavus.handler.pool import HandlerPool
from pytest_tavus.scenario.values.model import HandlerSpec
from tests.handler.asking import ask, data


class App:
    """An application that writes down when it is started up and shut down."""

    def __init__(self, log: list[str], name: str = "app") -> None:
        self.log = log
        self.name = name
        self.fails = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self.lifespan(receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": f'"{self.name}"'.encode()})

    async def lifespan(self, receive: Any, send: Any) -> None:
        await receive()
        await asyncio.sleep(0)
        self.log.append("up")
        if self.fails:
            await send({"type": "lifespan.startup.failed", "message": "no database"})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await asyncio.sleep(0)
        self.log.append("down")
        await send({"type": "lifespan.shutdown.complete"})


@contextlib.asynccontextmanager
async def pooled(root: Path) -> AsyncGenerator[HandlerPool]:
    pool = HandlerPool(root=root, environ={})
    try:
        yield pool
    finally:
        await pool.close()


async def use(pool: HandlerPool, wanted: HandlerSpec, override: object = None) -> Any:
    handler = await pool.acquire(wanted, override)
    try:
        return data(await ask(handler))
    finally:
        await handler.close()
