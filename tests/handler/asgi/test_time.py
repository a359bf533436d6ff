"""ASGI applications that are late, go on after their answer, or lose their caller."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.handler.asgi.apps import BODY, START, Scope, build_app
from tests.handler.requests import open_app, read_fault, read_json, send_request

pytestmark = pytest.mark.asyncio


async def test_a_late_answer_is_a_timeout_and_the_handler_gets_a_disconnect() -> None:
    heard: list[str] = []

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await receive()
        heard.append((await receive())["type"])
        await send(START)

    async with open_app(app) as handler:
        exchange = await send_request(handler, within=0.02)

    assert read_fault(exchange) == ("timeout", "the handler did not answer within 0.02 s")
    assert exchange.response is None
    assert heard == ["http.disconnect"]


async def test_a_handler_that_blocks_the_loop_is_late_too() -> None:
    async def status(request: Request) -> Response:
        time.sleep(0.05)  # noqa: ASYNC251 - the very mistake
        return JSONResponse({})

    async with open_app(build_app(status)) as handler:
        exchange = await send_request(handler, within=0.01)

    assert read_fault(exchange) == ("timeout", "the handler did not answer within 0.01 s")


async def test_background_work_is_awaited_before_the_next_line() -> None:
    done: list[str] = []

    async def work() -> None:
        for _ in range(10):  # longer than the answer needs to be there
            await asyncio.sleep(0)
        done.append("mail sent")

    async def status(request: Request) -> Response:
        return JSONResponse({}, background=BackgroundTask(work))

    async with open_app(build_app(status)) as handler:
        read_json(await send_request(handler))
        assert done == ["mail sent"]


async def test_a_crash_in_background_work_stands_beside_the_answer() -> None:
    async def work() -> None:
        raise ValueError("no mail server")

    async def status(request: Request) -> Response:
        return JSONResponse({"ok": True}, background=BackgroundTask(work))

    async with open_app(build_app(status)) as handler:
        exchange = await send_request(handler)

    message = "the handler answered 200 and raised ValueError: no mail server"
    assert read_fault(exchange) == ("crash", message)
    assert exchange.response is not None
    assert exchange.response.status == 200


async def test_long_background_work_does_not_delay_the_conversation() -> None:
    release = asyncio.Event()
    done: list[str] = []

    async def work() -> None:
        await release.wait()
        done.append("mail sent")

    async def status(request: Request) -> Response:
        return JSONResponse({}, background=BackgroundTask(work))

    async with open_app(build_app(status)) as handler:
        read_json(await send_request(handler))
        assert done == []
        release.set()
    assert done == ["mail sent"]


async def test_a_handler_that_waits_after_its_answer_gets_a_disconnect() -> None:
    heard: list[str] = []

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await receive()
        await send(START)
        await send(BODY)
        heard.append((await receive())["type"])

    async with open_app(app) as handler:
        assert read_json(await send_request(handler)) == {}
        assert heard == ["http.disconnect"]


async def test_a_cancelled_conversation_disconnects() -> None:
    heard: list[str] = []
    called = asyncio.Event()

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await receive()
        called.set()
        heard.append((await receive())["type"])

    async with open_app(app) as handler:
        asking = asyncio.create_task(send_request(handler))
        async with asyncio.timeout(5):
            await called.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    assert heard == ["http.disconnect"]


async def test_an_application_that_ignores_the_disconnect_is_cancelled() -> None:
    heard: list[str] = []
    called = asyncio.Event()

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        called.set()
        try:
            await asyncio.Event().wait()
        finally:
            heard.append("ended")

    async with open_app(app) as handler:
        asking = asyncio.create_task(send_request(handler))
        async with asyncio.timeout(5):
            await called.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert heard == ["ended"]


async def test_closing_the_handler_cancels_a_request_that_never_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pytest_tavus.handler.asgi.handler._CLOSE_GRACE", 0.02)
    ended: list[str] = []

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    async with open_app(app) as handler:
        assert read_fault(await send_request(handler, within=0.01))[0] == "timeout"
        assert ended == []
    assert ended == ["cancelled"]
