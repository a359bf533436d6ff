"""What an ASGI application is asked, and what of its answer arrives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

from pytest_tavus.wire import HttpRequest
from tests.handler.asgi.apps import BODY, START, Scope, build_app, build_scripted_app
from tests.handler.requests import build_call, open_app, post, read_fault, read_json, send_request

pytestmark = pytest.mark.asyncio


async def test_an_application_sees_the_request_as_behind_the_production_url() -> None:
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        seen.append({**scope, "got": await receive()})
        await send(START)
        await send(BODY)

    url = "https://api.shop.example:8443/a%20b/%C3%A9?q=a%20b&x=1+2"
    request = HttpRequest(method="post", url=url, headers=(("X-Trace", "ü"),), body=b"{}")
    async with open_app(app) as handler:
        await send_request(handler, request)

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

    async with open_app(build_app(status)) as handler:
        exchange = await send_request(handler, post({"order_id": "A-10428"}))

    assert exchange.response is not None
    assert exchange.response.status == 201
    assert ("x-a", "1") in exchange.response.headers
    assert read_json(exchange) == {"order": "A-10428"}
    assert exchange.answered_by == "handler"
    assert exchange.seconds > 0


async def test_a_streamed_answer_is_joined() -> None:
    async def status(request: Request) -> Response:
        async def parts() -> AsyncIterator[bytes]:
            for part in (b'{"a"', b": ", b"1}"):
                await asyncio.sleep(0)
                yield part

        return StreamingResponse(parts(), media_type="application/json")

    async with open_app(build_app(status)) as handler:
        assert read_json(await send_request(handler)) == {"a": 1}


async def test_a_head_request_has_no_body() -> None:
    async def status(request: Request) -> Response:
        return PlainTextResponse("hello")

    request = HttpRequest(method="HEAD", url="https://api.shop.example/orders/status")
    async with open_app(build_app(status)) as handler:
        exchange = await send_request(handler, request)

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

    async with open_app(build_app(status)) as handler:
        exchanges = await asyncio.gather(
            *(
                send_request(
                    handler, post(headers={"x-call": str(n)}), call=build_call(call_id=str(n))
                )
                for n in range(500)
            )
        )

    assert [read_json(each)["call"] for each in exchanges] == [str(n) for n in range(500)]


async def test_an_endless_answer_is_cut_off() -> None:
    async def app(scope: Scope, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await send(START)
        for _ in range(20):
            await send({"type": "http.response.body", "body": b"x" * 2**20, "more_body": True})

    async with open_app(app) as handler:
        exchange = await send_request(handler)

    message = "the handler's response is larger than 16 MiB and was cut off"
    assert read_fault(exchange) == ("too_large", message)
    assert exchange.response is None


async def test_a_url_that_is_not_http_is_unmapped() -> None:
    async with open_app(build_scripted_app(START, BODY)) as handler:
        exchange = await send_request(handler, post(url="orders/status"))

    message = "'orders/status' is not an absolute http or https URL, so it leads to no handler"
    assert read_fault(exchange) == ("unmapped", message)
