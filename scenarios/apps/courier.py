"""A courier's pickup service, in nothing but the standard library: `python -m apps.courier 8000`.

It stands for a handler in any language: the scenarios start it as a process and talk to its port.
"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PRICE_BY_SPEED = {"same_day": 1490, "next_day": 790}


class Courier(BaseHTTPRequestHandler):
    """Answers `POST /quotes` and `POST /pickups`."""

    def do_POST(self) -> None:
        """Answer one request."""
        length = int(self.headers["Content-Length"])
        order = json.loads(self.rfile.read(length))
        if self.path == "/quotes":
            self.answer(200, quote(order))
        elif self.path == "/pickups":
            reference = f"P-{order['pickup']['postcode']}-{len(order['parcels'])}"
            self.answer(201, {"reference": reference, "window": ["14:00", "16:00"]})
        else:
            self.answer(404, {"error": "not found"})

    def answer(self, status: int, body: dict[str, Any]) -> None:
        """Send one JSON answer."""
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def quote(order: dict[str, Any]) -> dict[str, Any]:
    """Say what a transport costs, by speed and weight."""
    kilograms = sum(parcel["weight_kg"] for parcel in order["parcels"])
    cents = PRICE_BY_SPEED[order["speed"]] + round(100 * kilograms)
    return {"price": cents / 100, "currency": "USD", "express": order["speed"] == "same_day"}


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Courier).serve_forever()
