"""A WSGI application is called in threads: many at once, late ones, and how they end."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

import pytest
from flask import Flask, jsonify, request

from pytest_tavus.handler.wsgi.handler import WsgiHandler
from tests.handler.requests import build_call, open_app, post, read_fault, read_json, send_request
from tests.handler.wsgi.apps import StartResponse, no_start

pytestmark = pytest.mark.asyncio


async def test_an_endless_answer_is_cut_off() -> None:
    def app(environ: dict[str, Any], start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", [])
        while True:
            yield b"x" * 2**20

    async with open_app(app) as handler:
        exchange = await send_request(handler)

    message = "the handler's response is larger than 16 MiB and was cut off"
    assert read_fault(exchange) == ("too_large", message)


async def test_a_handler_that_exits_does_not_end_the_run() -> None:
    def app(environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
        raise SystemExit(3)

    async with open_app(app) as handler:
        assert read_fault(await send_request(handler)) == (
            "crash",
            "the handler raised SystemExit: 3",
        )


@pytest.mark.parametrize("error", [pytest.skip.Exception("no stock"), KeyboardInterrupt()])
async def test_an_exit_or_a_skip_in_a_handler_is_a_crash_only(error: BaseException) -> None:
    def app(environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
        raise error

    async with open_app(app) as handler:
        kind, message = read_fault(await send_request(handler))
    assert kind == "crash"
    assert message == "the handler raised " + (
        "Skipped: no stock" if error.args else "KeyboardInterrupt"
    )


async def test_five_hundred_equal_calls_at_once_each_get_their_own_answer() -> None:
    app = Flask("shop")

    @app.post("/orders/status")
    def status() -> Any:
        return jsonify(call=request.headers["X-Call"])

    async with open_app(app) as handler:
        exchanges = await asyncio.gather(
            *(
                send_request(
                    handler, post(headers={"x-call": str(n)}), call=build_call(call_id=str(n))
                )
                for n in range(500)
            )
        )

    assert [read_json(each)["call"] for each in exchanges] == [str(n) for n in range(500)]


async def test_a_late_answer_keeps_its_thread_and_blocks_no_other() -> None:
    release = threading.Event()

    def app(environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
        if environ["QUERY_STRING"] == "slow":
            release.wait(10)
        start_response("200 OK", [])
        return [b"{}"]

    slow = post(url="https://api.shop.example/?slow")
    handler = WsgiHandler(app, threads=2)
    try:
        late = await send_request(handler, slow, within=0.02)
        assert read_fault(late) == ("timeout", "the handler did not answer within 0.02 s")
        assert read_json(await send_request(handler)) == {}
        await send_request(handler, slow, within=0.02)
        full = await send_request(handler, within=0.02)
        message = "none of the handler's 2 threads was free within 0.02 s"
        assert read_fault(full) == ("timeout", message)
    finally:
        release.set()
        await handler.close()


async def test_closing_ends_the_threads() -> None:
    def app(environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
        start_response("200 OK", [])
        return [b"{}"]

    async with open_app(app) as handler:
        await asyncio.gather(*(send_request(handler) for _ in range(10)))
        assert any(each.name.startswith("tavus-handler") for each in threading.enumerate())
        await handler.close()
        assert not any(each.name.startswith("tavus-handler") for each in threading.enumerate())


async def test_calls_do_not_share_a_context() -> None:
    customer: ContextVar[str] = ContextVar("customer", default="nobody")

    def app(environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
        before = customer.get()
        customer.set("somebody")
        start_response("200 OK", [])
        return [f'"{before}"'.encode()]

    async with open_app(app) as handler:
        assert [read_json(await send_request(handler)) for _ in range(3)] == ["nobody"] * 3


async def test_a_late_answer_is_late_even_if_the_loop_was_blocked() -> None:
    answered = threading.Event()

    def app(environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
        start_response("200 OK", [])
        answered.set()
        return [b"{}"]

    def block() -> None:
        assert answered.wait(5)
        time.sleep(0.05)

    async with open_app(app) as handler:
        asking = asyncio.create_task(send_request(handler, within=0.01))
        asyncio.get_running_loop().call_soon(block)
        exchange = await asking

    assert read_fault(exchange) == ("timeout", "the handler did not answer within 0.01 s")


async def test_a_url_that_is_not_http_is_unmapped() -> None:
    async with open_app(no_start) as handler:
        assert read_fault(await send_request(handler, post(url="orders/status")))[0] == "unmapped"


async def test_a_cancelled_request_does_not_delay_the_close(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pytest_tavus.handler.wsgi.handler._CLOSE_GRACE", 3600.0)
    asked, release = threading.Event(), threading.Event()

    def app(environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
        asked.set()
        release.wait(30)
        start_response("200 OK", [])
        return [b"{}"]

    try:
        async with asyncio.timeout(10), open_app(app) as handler:
            asking = asyncio.create_task(send_request(handler))
            while not asked.is_set():  # noqa: ASYNC110 - set in a thread
                await asyncio.sleep(0)
            asking.cancel()
            await asyncio.wait([asking])
            await handler.close()
        assert not release.is_set()
    finally:
        release.set()
