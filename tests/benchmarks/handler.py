"""The handler that every contender calls: one route, one answer."""

from __future__ import annotations

import asyncio
import time

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


async def status(request: Request) -> JSONResponse:
    """Answer as in the order-status example of the Tavus docs."""
    await request.json()
    return JSONResponse({"status": "out_for_delivery", "eta": "today by 6pm"})


async def late(request: Request) -> JSONResponse:
    """Answer after a second."""
    await asyncio.sleep(1.0)
    return await status(request)


async def worked(request: Request) -> JSONResponse:
    """Answer after 10 ms of processor time, as an application does that looks things up."""
    until = time.process_time() + 0.01
    while time.process_time() < until:
        pass
    return await status(request)


slow = Starlette(routes=[Route("/orders/status", late, methods=["POST"])])
working = Starlette(routes=[Route("/orders/status", worked, methods=["POST"])])
app = Starlette(routes=[Route("/orders/status", status, methods=["POST"])])
