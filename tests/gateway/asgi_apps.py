"""The applications of the tests of ASGI, and how they are opened."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Route

from pytest_tavus.gateway.open import open_handler
from pytest_tavus.gateway.port import Handler
from tests.gateway.asking import spec

Scope = dict[str, Any]


@contextlib.asynccontextmanager
async def opened(app: object, **fields: Any) -> AsyncGenerator[Handler]:
    handler = await open_handler(spec(**fields), root=Path(), environ={}, override=app)
    try:
        yield handler
    finally:
        await handler.close()


def routed(endpoint: Any, **options: Any) -> Starlette:
    path = "/orders/status"
    methods = ["GET", "POST", "HEAD"]
    return Starlette(routes=[Route(path, endpoint, methods=methods)], **options)


def scripted(*messages: dict[str, Any]) -> Any:
    """An application that sends these messages, whatever it is asked."""

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        for message in messages:
            await send(message)

    return app


START: dict[str, Any] = {"type": "http.response.start", "status": 200, "headers": []}


BODY: dict[str, Any] = {"type": "http.response.body", "body": b"{}"}
