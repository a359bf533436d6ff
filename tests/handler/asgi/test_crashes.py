"""What an ASGI application does wrong, and what only looks like it."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.handler.asgi.apps import BODY, START, Scope, build_app, build_scripted_app
from tests.handler.requests import open_app, read_fault, send_request

pytestmark = pytest.mark.asyncio


async def test_a_crash_has_a_traceback_of_the_handlers_frames_only() -> None:
    async def status(request: Request) -> Response:
        order = json.loads('{"eta": 1}')
        return JSONResponse(order["status"])

    async with open_app(build_app(status)) as handler:
        exchange = await send_request(handler)

    assert read_fault(exchange) == (
        "crash",
        "the handler answered 500 and raised KeyError: 'status'",
    )
    assert exchange.response is not None
    assert exchange.response.status == 500
    assert exchange.fault is not None
    lines = (exchange.fault.traceback or "").splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert [line for line in lines if line.startswith("  File ")] == [
        f'  File "{__file__}", line {status.__code__.co_firstlineno + 2}, in status'
    ]
    assert lines[-1] == "KeyError: 'status'"


async def test_a_crash_behind_middleware_is_a_crash() -> None:
    async def status(request: Request) -> Response:
        raise ValueError("no such order\nsecond line")

    async def passing(request: Request, call_next: Any) -> Response:
        response: Response = await call_next(request)
        return response

    middleware = [Middleware(BaseHTTPMiddleware, dispatch=passing)]
    async with open_app(build_app(status, middleware=middleware)) as handler:
        exchange = await send_request(handler)

    message = "the handler answered 500 and raised ValueError: no such order"
    assert read_fault(exchange) == ("crash", message)


async def test_a_crash_that_a_framework_only_logs_is_reported() -> None:
    async def app(scope: Scope, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        try:
            int("no such order")
        except ValueError:
            logging.getLogger("shop").exception("failed")
        await send({**START, "status": 500})
        await send(BODY)

    async with open_app(app) as handler:
        exchange = await send_request(handler)

    message = (
        "the handler answered 500 and raised ValueError: "
        "invalid literal for int() with base 10: 'no such order'"
    )
    assert read_fault(exchange) == ("crash", message)


async def test_an_error_that_is_logged_beside_a_good_answer_is_no_crash() -> None:
    async def status(request: Request) -> Response:
        try:
            int("no number")
        except ValueError:
            logging.getLogger("shop").exception("using the default")
        return JSONResponse({"eta": "today"}, status_code=404)

    async with open_app(build_app(status)) as handler:
        exchange = await send_request(handler)

    assert exchange.fault is None


async def test_a_deliberate_error_page_is_no_crash() -> None:
    async def status(request: Request) -> Response:
        raise HTTPException(404, "no such order")

    async with open_app(build_app(status)) as handler:
        exchange = await send_request(handler)

    assert exchange.fault is None
    assert exchange.response is not None
    assert exchange.response.status == 404


async def test_a_handler_that_exits_does_not_end_the_run() -> None:
    async def app(scope: Scope, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        raise SystemExit(3)

    async with open_app(app) as handler:
        assert read_fault(await send_request(handler)) == (
            "crash",
            "the handler raised SystemExit: 3",
        )


async def test_a_skip_or_a_failure_in_a_handler_is_a_crash() -> None:
    async def app(scope: Scope, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        pytest.skip("no stock")

    async with open_app(app) as handler:
        assert read_fault(await send_request(handler)) == (
            "crash",
            "the handler raised Skipped: no stock",
        )


async def test_a_handler_that_cancels_itself_is_a_crash() -> None:
    async def app(scope: Scope, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        raise asyncio.CancelledError

    async with open_app(app) as handler:
        assert read_fault(await send_request(handler)) == (
            "crash",
            "the handler raised CancelledError",
        )


@pytest.mark.parametrize(
    ("messages", "message"),
    [
        ([], "the handler returned without sending a response"),
        ([BODY], "the handler sent 'http.response.body' before 'http.response.start'"),
        (
            [START, BODY, BODY],
            "the handler sent 'http.response.body' after the end of its response",
        ),
        ([{**START, "status": "200"}], "the handler sent '200' as the status of a response"),
        (
            [{**START, "headers": [("a", "b")]}],
            "the handler sent headers that are not pairs of bytes",
        ),
        (
            [{"type": "websocket.accept"}],
            "the handler sent 'websocket.accept', which is no message of an HTTP response",
        ),
        (
            [{**START, "headers": [(b"content-length", b"5")]}, BODY],
            "the handler declared a Content-Length of 5 and sent 2 bytes",
        ),
    ],
)
async def test_a_message_that_a_server_would_refuse_is_named(
    messages: list[Any], message: str
) -> None:
    async with open_app(build_scripted_app(*messages)) as handler:
        assert read_fault(await send_request(handler)) == ("crash", message)


@pytest.mark.parametrize(
    ("messages", "message"),
    [
        ([START], "the handler returned without completing its response"),
        ([START, START], "the handler sent 'http.response.start' twice"),
        ([START, {**BODY, "body": "{}"}], "the handler sent a body of str, not of bytes"),
    ],
)
async def test_a_crash_after_the_head_is_a_broken_response(
    messages: list[Any], message: str
) -> None:
    async with open_app(build_scripted_app(*messages)) as handler:
        assert read_fault(await send_request(handler)) == ("broken", message)
