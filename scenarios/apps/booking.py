"""The booking desk of a bicycle workshop: free slots, bookings, cancellations.

A voice agent may make the same call twice, because the model repeats itself or a request is sent
again. So a booking is idempotent by its business key, the slot and the telephone number: asked
for again, the same booking is the answer, and nobody ends up with two.
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

SCHEMA = """
CREATE TABLE slots (slot_id TEXT PRIMARY KEY, day TEXT, time TEXT);
CREATE TABLE bookings (
    booking_id INTEGER PRIMARY KEY,
    slot_id TEXT UNIQUE REFERENCES slots,
    phone TEXT
);
INSERT INTO slots VALUES
    ('tue-0900', 'tuesday', '9:00'),
    ('tue-1000', 'tuesday', '10:00'),
    ('tue-1100', 'tuesday', '11:00'),
    ('wed-1400', 'wednesday', '14:00');
INSERT INTO bookings VALUES (1, 'tue-1000', '+15550199');
"""


class State(TypedDict):
    """What the application holds while it runs."""

    db: sqlite3.Connection


@asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncGenerator[State]:
    """Open a new book of slots; an application that is started again begins with a clean one."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(SCHEMA)
        yield {"db": db}


async def find_slots(request: Request) -> JSONResponse:
    """List the free slots of `?day=tuesday`."""
    return JSONResponse({"slots": free_slots(request.state.db, request.query_params["day"])})


async def book_slot(request: Request) -> JSONResponse:
    """Book a slot for a telephone number; answer 409 if it belongs to somebody else."""
    db: sqlite3.Connection = request.state.db
    wanted = await request.json()
    slot = db.execute(
        "SELECT day, time FROM slots WHERE slot_id = ?", (wanted["slot_id"],)
    ).fetchone()
    if slot is None:
        return JSONResponse({"error": "no_such_slot"}, status_code=404)
    day, time = slot
    db.execute(
        "INSERT INTO bookings (slot_id, phone) VALUES (?, ?) ON CONFLICT DO NOTHING",
        (wanted["slot_id"], wanted["phone"]),
    )
    booking_id, phone = db.execute(
        "SELECT booking_id, phone FROM bookings WHERE slot_id = ?", (wanted["slot_id"],)
    ).fetchone()
    if phone != wanted["phone"]:
        answer = {"error": "slot_taken", "free": free_slots(db, day)}
        return JSONResponse(answer, status_code=409)
    return JSONResponse({"booking_id": f"B-{booking_id}", "day": day, "time": time})


async def cancel_booking(request: Request) -> JSONResponse:
    """Cancel a booking by its number."""
    number = request.path_params["booking_id"].removeprefix("B-")
    deleted = request.state.db.execute("DELETE FROM bookings WHERE booking_id = ?", (number,))
    if deleted.rowcount == 0:
        return JSONResponse({"error": "no_such_booking"}, status_code=404)
    return JSONResponse({"cancelled": True})


def free_slots(db: sqlite3.Connection, day: str) -> list[dict[str, str]]:
    """Return the slots of a day that nobody has booked, earliest first."""
    rows = db.execute(
        "SELECT slot_id, time FROM slots LEFT JOIN bookings USING (slot_id) "
        "WHERE day = ? AND booking_id IS NULL ORDER BY slot_id",
        (day,),
    )
    return [{"slot_id": slot_id, "time": time} for slot_id, time in rows]


app = Starlette(
    routes=[
        Route("/slots", find_slots, methods=["GET"]),
        Route("/bookings", book_slot, methods=["POST"]),
        Route("/bookings/{booking_id}", cancel_booking, methods=["DELETE"]),
    ],
    lifespan=lifespan,
)
