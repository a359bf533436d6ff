from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from pytest_tavus.errors import HandlerError
from pytest_tavus.gateway.open import open_handler
from pytest_tavus.gateway.port import Handler
from pytest_tavus.wire import HttpRequest
from tests.gateway.asking import ask, data, fault, post, ref, spec

pytestmark = pytest.mark.asyncio

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


async def test_an_application_sees_the_request_as_behind_the_production_url() -> None:
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        seen.append({**scope, "got": await receive()})
        await send(START)
        await send(BODY)

    url = "https://api.shop.example:8443/a%20b/%C3%A9?q=a%20b&x=1+2"
    request = HttpRequest(method="post", url=url, headers=(("X-Trace", "ü"),), body=b"{}")
    async with opened(app) as handler:
        await ask(handler, request)

    scope = seen[0]
    assert scope["got"] == {"type": "http.request", "body": b"{}", "more_body": False}
    assert scope["method"] == "POST"
    assert scope["http_version"] == "1.1"
    assert scope["scheme"] == "https"
    assert scope["path"] == "/a b/é"
    assert scope["raw_path"] == b"/a%20b/%C3%A9"
    assert scope["query_string"] == b"q=a%20b&x=1+2"
    assert scope["root_path"] == ""
    assert scope["server"] == ("api.shop.example", 8443)
    assert scope["headers"] == [
        (b"host", b"api.shop.example:8443"),
        (b"x-trace", b"\xfc"),
        (b"content-length", b"2"),
    ]
    assert "extensions" not in scope


async def test_the_answer_is_status_headers_and_body() -> None:
    async def status(request: Request) -> Response:
        order = await request.json()
        return JSONResponse({"order": order["order_id"]}, status_code=201, headers={"X-A": "1"})

    async with opened(routed(status)) as handler:
        exchange = await ask(handler, post({"order_id": "A-10428"}))

    assert exchange.response is not None
    assert exchange.response.status == 201
    assert ("x-a", "1") in exchange.response.headers
    assert data(exchange) == {"order": "A-10428"}
    assert exchange.answered_by == "handler"
    assert exchange.seconds > 0


async def test_a_streamed_answer_is_joined() -> None:
    async def status(request: Request) -> Response:
        async def parts() -> AsyncIterator[bytes]:
            for part in (b'{"a"', b": ", b"1}"):
                await asyncio.sleep(0)
                yield part

        return StreamingResponse(parts(), media_type="application/json")

    async with opened(routed(status)) as handler:
        assert data(await ask(handler)) == {"a": 1}


async def test_a_head_request_has_no_body() -> None:
    async def status(request: Request) -> Response:
        return PlainTextResponse("hello")

    request = HttpRequest(method="HEAD", url="https://api.shop.example/orders/status")
    async with opened(routed(status)) as handler:
        exchange = await ask(handler, request)

    assert exchange.fault is None
    assert exchange.response is not None
    assert exchange.response.body == b""
    assert ("content-length", "5") in exchange.response.headers


async def test_five_hundred_equal_calls_at_once_each_get_their_own_answer() -> None:
    waiting: list[str] = []
    everybody = asyncio.Event()

    async def status(request: Request) -> Response:
        call = request.headers["x-call"]
        waiting.append(call)
        if len(waiting) == 500:
            everybody.set()  # nobody is answered before the last one has asked
        await everybody.wait()
        return JSONResponse({"call": call})

    async with opened(routed(status)) as handler:
        exchanges = await asyncio.gather(
            *(
                ask(handler, post(headers={"x-call": str(n)}), call=ref(call_id=str(n)))
                for n in range(500)
            )
        )

    assert [data(each)["call"] for each in exchanges] == [str(n) for n in range(500)]


async def test_a_crash_is_told_with_the_frames_of_the_handler_only() -> None:
    async def status(request: Request) -> Response:
        order = json.loads('{"eta": 1}')
        return JSONResponse(order["status"])

    async with opened(routed(status)) as handler:
        exchange = await ask(handler)

    assert fault(exchange) == ("crash", "the handler answered 500 and raised KeyError: 'status'")
    assert exchange.response is not None
    assert exchange.response.status == 500
    assert exchange.fault is not None
    lines = (exchange.fault.traceback or "").splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert [line for line in lines if line.startswith("  File ")] == [
        f'  File "{__file__}", line {status.__code__.co_firstlineno + 2}, in status'
    ]
    assert lines[-1] == "KeyError: 'status'"


async def test_a_crash_behind_middleware_is_told() -> None:
    async def status(request: Request) -> Response:
        raise ValueError("no such order\nsecond line")

    async def passing(request: Request, call_next: Any) -> Response:
        response: Response = await call_next(request)
        return response

    middleware = [Middleware(BaseHTTPMiddleware, dispatch=passing)]
    async with opened(routed(status, middleware=middleware)) as handler:
        exchange = await ask(handler)

    message = "the handler answered 500 and raised ValueError: no such order"
    assert fault(exchange) == ("crash", message)


async def test_a_crash_that_a_framework_only_logs_is_told() -> None:
    async def app(scope: Scope, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        try:
            int("no such order")
        except ValueError:
            logging.getLogger("shop").exception("failed")
        await send({**START, "status": 500})
        await send(BODY)

    async with opened(app) as handler:
        exchange = await ask(handler)

    message = (
        "the handler answered 500 and raised ValueError: "
        "invalid literal for int() with base 10: 'no such order'"
    )
    assert fault(exchange) == ("crash", message)


async def test_an_error_page_that_is_meant_is_no_crash() -> None:
    async def status(request: Request) -> Response:
        raise HTTPException(404, "no such order")

    async with opened(routed(status)) as handler:
        exchange = await ask(handler)

    assert exchange.fault is None
    assert exchange.response is not None
    assert exchange.response.status == 404


async def test_a_handler_that_exits_does_not_end_the_run() -> None:
    async def app(scope: Scope, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        raise SystemExit(3)

    async with opened(app) as handler:
        assert fault(await ask(handler)) == ("crash", "the handler raised SystemExit: 3")


async def test_a_handler_that_skips_or_fails_its_test_does_neither() -> None:
    async def app(scope: Scope, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        pytest.skip("no stock")

    async with opened(app) as handler:
        assert fault(await ask(handler)) == ("crash", "the handler raised Skipped: no stock")


async def test_a_handler_that_cancels_itself_is_told() -> None:
    async def app(scope: Scope, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        raise asyncio.CancelledError

    async with opened(app) as handler:
        assert fault(await ask(handler)) == ("crash", "the handler raised CancelledError")


@pytest.mark.parametrize(
    ("messages", "message"),
    [
        ([], "the handler returned without sending a response"),
        ([START], "the handler returned without completing its response"),
        ([BODY], "the handler sent 'http.response.body' before 'http.response.start'"),
        ([START, START], "the handler sent 'http.response.start' twice"),
        (
            [START, BODY, BODY],
            "the handler sent 'http.response.body' after the end of its response",
        ),
        ([{**START, "status": "200"}], "the handler sent '200' as the status of a response"),
        (
            [{**START, "headers": [("a", "b")]}],
            "the handler sent headers that are not pairs of bytes",
        ),
        ([START, {**BODY, "body": "{}"}], "the handler sent a body of str, not of bytes"),
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
async def test_what_a_server_would_refuse_is_named(messages: list[Any], message: str) -> None:
    async with opened(scripted(*messages)) as handler:
        assert fault(await ask(handler)) == ("crash", message)


async def test_an_endless_answer_is_cut_off() -> None:
    async def app(scope: Scope, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await send(START)
        for _ in range(20):
            await send({"type": "http.response.body", "body": b"x" * 2**20, "more_body": True})

    async with opened(app) as handler:
        exchange = await ask(handler)

    message = "the handler's response is larger than 16 MiB and was cut off"
    assert fault(exchange) == ("connection", message)
    assert exchange.response is None


async def test_a_late_answer_is_a_timeout_and_the_handler_learns_that_its_caller_left() -> None:
    told: list[str] = []

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await receive()
        told.append((await receive())["type"])
        await send(START)

    async with opened(app) as handler:
        exchange = await ask(handler, within=0.02)

    assert fault(exchange) == ("timeout", "the handler did not answer within 0.02 s")
    assert exchange.response is None
    assert told == ["http.disconnect"]


async def test_a_handler_that_blocks_the_loop_is_late_too() -> None:
    async def status(request: Request) -> Response:
        time.sleep(0.05)  # noqa: ASYNC251 - the very mistake
        return JSONResponse({})

    async with opened(routed(status)) as handler:
        exchange = await ask(handler, within=0.01)

    assert fault(exchange) == ("timeout", "the handler did not answer within 0.01 s")


async def test_background_work_is_done_before_the_next_line() -> None:
    done: list[str] = []

    async def work() -> None:
        for _ in range(10):  # longer than the answer needs to be there
            await asyncio.sleep(0)
        done.append("mail sent")

    async def status(request: Request) -> Response:
        return JSONResponse({}, background=BackgroundTask(work))

    async with opened(routed(status)) as handler:
        data(await ask(handler))
        assert done == ["mail sent"]


async def test_a_crash_in_background_work_stands_beside_the_answer() -> None:
    async def work() -> None:
        raise ValueError("no mail server")

    async def status(request: Request) -> Response:
        return JSONResponse({"ok": True}, background=BackgroundTask(work))

    async with opened(routed(status)) as handler:
        exchange = await ask(handler)

    message = "the handler answered 200 and raised ValueError: no mail server"
    assert fault(exchange) == ("crash", message)
    assert exchange.response is not None
    assert exchange.response.status == 200


async def test_long_background_work_does_not_hold_the_conversation_up() -> None:
    release = asyncio.Event()
    done: list[str] = []

    async def work() -> None:
        await release.wait()
        done.append("mail sent")

    async def status(request: Request) -> Response:
        return JSONResponse({}, background=BackgroundTask(work))

    async with opened(routed(status)) as handler:
        data(await ask(handler))
        assert done == []
        release.set()
    assert done == ["mail sent"]


async def test_a_url_that_is_none_leads_nowhere() -> None:
    async with opened(scripted(START, BODY)) as handler:
        exchange = await ask(handler, post(url="orders/status"))

    message = "'orders/status' is not an absolute http or https URL, so it leads to no handler"
    assert fault(exchange) == ("unmapped", message)


async def test_the_lifespan_is_run_once_and_its_state_reaches_every_request() -> None:
    log: list[str] = []

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[dict[str, str]]:
        log.append("up")
        yield {"db": "orders.db"}
        log.append("down")

    async def status(request: Request) -> Response:
        answer = JSONResponse({"db": request.state.db})
        request.state.db = "changed"
        return answer

    async with opened(routed(status, lifespan=lifespan)) as handler:
        assert data(await ask(handler)) == {"db": "orders.db"}
        assert data(await ask(handler)) == {"db": "orders.db"}
        assert log == ["up"]
        await handler.close()
        assert log == ["up", "down"]
    assert log == ["up", "down"]


async def test_a_start_up_that_fails_is_told_with_the_frames_of_the_handler() -> None:
    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        if not app.routes:
            raise ConnectionError("no database")
        yield

    with pytest.raises(HandlerError) as caught:
        async with opened(Starlette(lifespan=lifespan)):
            pass

    assert caught.value.message == "the handler's start-up failed: ConnectionError: no database"
    files = [line for line in str(caught.value.detail).splitlines() if "File" in line]
    assert all("pytest_tavus/gateway" not in line for line in files)
    assert files[0].startswith(f'  File "{__file__}"')


async def test_a_start_up_that_takes_too_long_is_given_up() -> None:
    ended: list[str] = []

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")
        yield

    with pytest.raises(HandlerError) as caught:
        async with opened(Starlette(lifespan=lifespan), startup_timeout=0.02):
            pass

    assert caught.value.message == "the handler's start-up was not complete after 0.02 s"
    assert ended == ["cancelled"]


async def test_a_shut_down_that_fails_is_told() -> None:
    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        yield
        raise ValueError("still open")

    handler = await open_handler(
        spec(), root=Path(), environ={}, override=Starlette(lifespan=lifespan)
    )
    with pytest.raises(HandlerError) as caught:
        await handler.close()

    assert caught.value.message == "the handler's shut-down failed: ValueError: still open"
    await handler.close()


async def test_an_application_without_a_lifespan_is_fine() -> None:
    async with opened(scripted(START, BODY)) as handler:
        assert data(await ask(handler)) == {}


async def test_a_handler_that_waits_on_after_its_answer_learns_that_its_caller_left() -> None:
    told: list[str] = []

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await receive()
        await send(START)
        await send(BODY)
        told.append((await receive())["type"])

    async with opened(app) as handler:
        assert data(await ask(handler)) == {}
        assert told == ["http.disconnect"]


async def test_an_error_that_is_logged_beside_a_good_answer_is_no_crash() -> None:
    async def status(request: Request) -> Response:
        try:
            int("no number")
        except ValueError:
            logging.getLogger("shop").exception("using the default")
        return JSONResponse({"eta": "today"}, status_code=404)

    async with opened(routed(status)) as handler:
        exchange = await ask(handler)

    assert exchange.fault is None


async def test_a_conversation_that_is_cancelled_hangs_up() -> None:
    told: list[str] = []
    called = asyncio.Event()

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await receive()
        called.set()
        told.append((await receive())["type"])

    async with opened(app) as handler:
        asking = asyncio.create_task(ask(handler))
        async with asyncio.timeout(5):
            await called.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    assert told == ["http.disconnect"]


async def test_an_application_that_does_not_hear_a_hang_up_is_ended() -> None:
    told: list[str] = []
    called = asyncio.Event()

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        called.set()
        try:
            await asyncio.Event().wait()
        finally:
            told.append("ended")

    async with opened(app) as handler:
        asking = asyncio.create_task(ask(handler))
        async with asyncio.timeout(5):
            await called.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert told == ["ended"]


async def test_a_request_that_never_ends_is_ended_with_the_handler(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pytest_tavus.gateway.asgi._PATIENCE", 0.02)
    ended: list[str] = []

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    async with opened(app) as handler:
        assert fault(await ask(handler, within=0.01))[0] == "timeout"
        assert ended == []
    assert ended == ["cancelled"]


async def test_a_shut_down_that_takes_too_long_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pytest_tavus.gateway.lifespan._PATIENCE", 0.02)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        yield
        await asyncio.Event().wait()

    handler = await open_handler(
        spec(), root=Path(), environ={}, override=Starlette(lifespan=lifespan)
    )
    with pytest.raises(HandlerError) as caught:
        await handler.close()
    assert caught.value.message == "the handler's shut-down was not complete after 0.02 s"
