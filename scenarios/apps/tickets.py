"""A help desk's tickets: a WSGI application, made by a factory as Flask recommends."""

from __future__ import annotations

from itertools import count

from flask import Flask, request
from flask.typing import ResponseReturnValue

QUEUES = {"billing": "about 2 hours", "technical": "by tomorrow noon"}


def create_app() -> Flask:
    """Return the application with one ticket in it."""
    app = Flask(__name__)
    tickets = {1000: {"queue": "billing", "summary": "Charged twice for March"}}
    numbers = count(1001)

    @app.post("/tickets")
    def create_ticket() -> ResponseReturnValue:
        queue, summary = request.json["queue"], request.json["summary"]
        if queue not in QUEUES:
            return {"error": f"there is no queue {queue}"}, 400
        number = next(numbers)
        tickets[number] = {"queue": queue, "summary": summary}
        return {"ticket_id": f"T-{number}", "queue": queue, "answer_in": QUEUES[queue]}, 201

    @app.get("/tickets/T-<int:number>")
    def get_ticket(number: int) -> ResponseReturnValue:
        ticket = tickets.get(number)
        if ticket is None:
            return {"error": f"there is no ticket T-{number}"}, 404
        return {"ticket_id": f"T-{number}", **ticket}

    return app
