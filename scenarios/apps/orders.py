"""The order desk: one endpoint that looks an order up.

An ordinary Starlette application. The tool's production URL leads to `POST /order-status`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from typing import TypedDict

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

ORDERS = (
    ("A-10428", "out_for_delivery", "today by 6pm"),
    ("A-10429", "processing", "on Friday"),
)


class State(TypedDict):
    """What the application holds while it runs."""

    db: sqlite3.Connection


@asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncGenerator[State]:
    """Open the table of orders for as long as the application runs."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE orders (order_id TEXT PRIMARY KEY, status TEXT, eta TEXT)")
        db.executemany("INSERT INTO orders VALUES (?, ?, ?)", ORDERS)
        yield {"db": db}


async def order_status(request: Request) -> JSONResponse:
    """Answer `{"order_id": "A-10428"}` with the order's status and when it arrives."""
    order_id = (await request.json())["order_id"]
    query = "SELECT status, eta FROM orders WHERE order_id = ?"
    row = request.state.db.execute(query, (order_id,)).fetchone()
    if row is None:
        return JSONResponse({"error": f"there is no order {order_id}"}, status_code=404)
    status, eta = row
    return JSONResponse({"status": status, "eta": eta})


app = Starlette(
    routes=[Route("/order-status", order_status, methods=["POST"])],
    lifespan=lifespan,
)
