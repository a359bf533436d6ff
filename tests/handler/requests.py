"""Opens handlers, sends them requests and reads their answers."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Any

from pytest_tavus.clock import Clock, RealClock
from pytest_tavus.handler.call.port import CallRef, Handler
from pytest_tavus.handler.open import open_handler
from pytest_tavus.scenario.values.model import HandlerSpec
from pytest_tavus.wire import HttpExchange, HttpRequest

PRODUCTION_URL = "https://api.shop.example/orders/status?lang=en"
"""The URL in the definition of a tool."""


def spec(**fields: Any) -> HandlerSpec:
    return HandlerSpec(at=("handler",), **fields)


def post(
    body: object = None, *, url: str = PRODUCTION_URL, headers: Mapping[str, str] | None = None
) -> HttpRequest:
    return HttpRequest(
        method="POST",
        url=url,
        headers=(("Content-Type", "application/json"), *(headers or {}).items()),
        body=json.dumps({} if body is None else body).encode(),
    )


def build_call(
    tool: str = "get_order_status", call_id: str = "call-1", **arguments: Any
) -> CallRef:
    return CallRef(conversation_id="c1", call_id=call_id, tool=tool, arguments=arguments)


@contextlib.asynccontextmanager
async def open_app(app: object, **fields: Any) -> AsyncGenerator[Handler]:
    """Open an application as a handler, and close it."""
    handler = await open_handler(spec(**fields), root=Path(), environ={}, override=app)
    try:
        yield handler
    finally:
        await handler.close()


async def send_request(
    handler: Handler,
    request: HttpRequest | None = None,
    *,
    call: CallRef | None = None,
    within: float = 10.0,
    clock: Clock | None = None,
) -> HttpExchange:
    return await handler.send(
        post() if request is None else request,
        call=build_call() if call is None else call,
        within=within,
        clock=RealClock() if clock is None else clock,
    )


def read_json(exchange: HttpExchange) -> Any:
    assert exchange.fault is None, exchange.fault
    assert exchange.response is not None
    return json.loads(exchange.response.body)


def read_fault(exchange: HttpExchange) -> tuple[str, str]:
    assert exchange.fault is not None, exchange.response
    return exchange.fault.kind, exchange.fault.message
