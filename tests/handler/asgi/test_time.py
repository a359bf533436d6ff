"""ASGI applications that are late, go on after their answer, or lose their caller."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.handler.asgi.apps import BODY, START, Scope, routed
from tests.handler.asking import ask, data, fault, opened

pytestmark = pytest.mark.asyncio


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
    monkeypatch.setattr("pytest_tavus.handler.asgi.handler._CLOSE_GRACE", 0.02)
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
