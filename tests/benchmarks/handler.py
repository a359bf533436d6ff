"""The handler that every contender calls: one route, one answer."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


async def status(request: Request) -> JSONResponse:
    """Answer as in the order-status example of the Tavus docs."""
    await request.json()
    return JSONResponse({"status": "out_for_delivery", "eta": "today by 6pm"})


app = Starlette(routes=[Route("/orders/status", status, methods=["POST"])])
