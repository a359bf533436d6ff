"""An application that logs its start-ups and shut-downs, and a pool of handlers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

from pytest_tavus.handler.pool import HandlerPool
from pytest_tavus.scenario.values.model import HandlerSpec
from tests.handler.requests import read_json, send_request


class RecordingApp:
    """An application that logs ``up`` and ``down`` for its start-ups and shut-downs."""

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
async def open_pool(root: Path) -> AsyncGenerator[HandlerPool]:
    pool = HandlerPool(root=root, environ={})
    try:
        yield pool
    finally:
        await pool.close()


async def call_handler(pool: HandlerPool, spec: HandlerSpec, override: object = None) -> Any:
    handler = await pool.acquire(spec, override)
    try:
        return read_json(await send_request(handler))
    finally:
        await handler.close()
