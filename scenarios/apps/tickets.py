"""A help desk's tickets: a WSGI application, made by a factory as Flask recommends."""

from __future__ import annotations

import sqlite3

from flask import Flask, request
from flask.typing import ResponseReturnValue

QUEUES = {"billing": "about 2 hours", "technical": "by tomorrow noon"}


def create_app() -> Flask:
    """Return the application with an empty table of tickets."""
    app = Flask(__name__)
    # WSGI applications are called from worker threads; sqlite serialises the statements.
    db = sqlite3.connect(":memory:", check_same_thread=False)
    db.execute("CREATE TABLE tickets (number INTEGER PRIMARY KEY, queue TEXT, summary TEXT)")
    db.execute("INSERT INTO tickets VALUES (1000, 'billing', 'Charged twice for March')")

    @app.post("/tickets")
    def create_ticket() -> ResponseReturnValue:
        queue, summary = request.json["queue"], request.json["summary"]
        if queue not in QUEUES:
            return {"error": f"there is no queue {queue}"}, 422
        number = db.execute(
            "INSERT INTO tickets (queue, summary) VALUES (?, ?) RETURNING number", (queue, summary)
        ).fetchone()[0]
        return {"ticket_id": f"T-{number}", "queue": queue, "answer_in": QUEUES[queue]}, 201

    @app.get("/tickets/T-<int:number>")
    def get_ticket(number: int) -> ResponseReturnValue:
        query = "SELECT queue, summary FROM tickets WHERE number = ?"
        row = db.execute(query, (number,)).fetchone()
        if row is None:
            return {"error": f"there is no ticket T-{number}"}, 404
        return {"ticket_id": f"T-{number}", "queue": row[0], "summary": row[1]}

    return app
