"""The applications of the tests of ASGI."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.routing import Route

Scope = dict[str, Any]


def build_app(endpoint: Any, **options: Any) -> Starlette:
    path = "/orders/status"
    methods = ["GET", "POST", "HEAD"]
    return Starlette(routes=[Route(path, endpoint, methods=methods)], **options)


def build_scripted_app(*messages: dict[str, Any]) -> Any:
    """Build an application that answers every request with these messages."""

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        for message in messages:
            await send(message)

    return app


START: dict[str, Any] = {"type": "http.response.start", "status": 200, "headers": []}


BODY: dict[str, Any] = {"type": "http.response.body", "body": b"{}"}
