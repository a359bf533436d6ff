"""What goes out to a server, and what of its answer arrives."""

from __future__ import annotations

import gzip

import pytest

from pytest_tavus.wire import HttpRequest, find_header
from tests.handler.http.server import (
    OK,
    Behaviour,
    Reader,
    Server,
    Writer,
    answer_always,
    answer_once,
    start_server,
)
from tests.handler.requests import post, read_fault, read_json, send_request

pytestmark = pytest.mark.asyncio


async def test_the_request_goes_out_as_the_platform_would_send_it() -> None:
    async with start_server(answer_always(OK), base="/api") as (handler, server):
        request = HttpRequest(
            method="POST",
            url="https://api.shop.example/orders?q=a%20b&x=1+2",
            headers=(("X-Api-Key", "k"), ("Content-Type", "application/json")),
            body=b'{"a": 1}',
        )
        exchange = await send_request(handler, request)

        assert server.requests == [
            b"POST /api/orders?q=a%20b&x=1+2 HTTP/1.1\r\n"
            + f"host: 127.0.0.1:{server.port}\r\n".encode()
            + b"X-Api-Key: k\r\n"
            b"Content-Type: application/json\r\n"
            b"content-length: 8\r\n"
            b"\r\n"
            b'{"a": 1}'
        ]
        assert read_json(exchange) == {}
        assert exchange.response is not None
        assert exchange.response.headers == (("Content-Length", "2"),)
        assert exchange.request is request


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 200 OK\r\nConte", b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{}"]
)
async def test_an_answer_that_is_cut_off_is_a_fault(answer: bytes) -> None:
    async with start_server(answer_once(answer)) as (handler, _):
        exchange = await send_request(handler)
        message = "the handler closed the connection in the middle of its answer"
        assert read_fault(exchange) == ("broken", message)
        assert exchange.response is None


async def test_an_answer_that_is_not_http_is_a_fault() -> None:
    async with start_server(answer_always(b"220 mail.example ESMTP\r\n\r\n")) as (handler, _):
        kind, message = read_fault(await send_request(handler))
        assert kind == "broken"
        assert message.startswith("the handler's answer is not HTTP: ")


@pytest.mark.parametrize(
    ("behaviour", "body"),
    [
        (
            answer_always(
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                b"3\r\n{},\r\n2\r\n{}\r\n0\r\n\r\n"
            ),
            b"{},{}",
        ),
        (answer_once(b"HTTP/1.0 200 OK\r\n\r\n{} to the end"), b"{} to the end"),
        (answer_always(b"HTTP/1.1 204 No Content\r\n\r\n"), b""),
        (answer_always(b"HTTP/1.1 100 Continue\r\n\r\n" + OK), b"{}"),
        (answer_always(b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + OK), b"{}"),
    ],
)
async def test_every_framing_of_a_body_is_read(behaviour: Behaviour, body: bytes) -> None:
    async with start_server(behaviour) as (handler, _):
        for _repeated in range(2):
            exchange = await send_request(handler)
            assert exchange.fault is None
            assert exchange.response is not None
            assert exchange.response.body == body


async def test_a_head_request_has_no_body() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"
    async with start_server(answer_always(answer)) as (handler, server):
        for _ in range(2):
            exchange = await send_request(
                handler, HttpRequest(method="HEAD", url="https://x.example/a")
            )
            assert exchange.response is not None
            assert exchange.response.body == b""
        assert server.connections == 1


async def test_a_redirect_is_an_answer_and_not_followed() -> None:
    answer = b"HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"
    async with start_server(answer_always(answer)) as (handler, server):
        exchange = await send_request(handler)
        assert exchange.response is not None
        assert exchange.response.status == 302
        assert len(server.requests) == 1


async def test_a_cookie_is_not_sent_in_the_next_conversation() -> None:
    answer = b"HTTP/1.1 200 OK\r\nSet-Cookie: session=1\r\nContent-Length: 2\r\n\r\n{}"
    async with start_server(answer_always(answer)) as (handler, server):
        await send_request(handler)
        exchange = await send_request(handler)
        assert exchange.response is not None
        assert find_header(exchange.response.headers, "set-cookie") == "session=1"
        assert b"cookie" not in server.requests[1].lower()


async def test_a_body_is_recorded_without_decoding() -> None:
    packed = gzip.compress(b"{}")
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    async with start_server(answer_always(head.encode() + packed)) as (handler, server):
        exchange = await send_request(handler)
        assert exchange.response is not None
        assert exchange.response.body == packed
        assert b"accept-encoding" not in server.requests[0].lower()


async def test_an_answer_before_the_end_of_the_request_is_read() -> None:
    async def refusing(server: Server, reader: Reader, writer: Writer) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await reader.read()

    async with start_server(refusing) as (handler, _):
        exchange = await send_request(handler, post("x" * 100_000))
        assert exchange.response is not None
        assert exchange.response.status == 413


async def test_an_endless_answer_is_cut_off() -> None:
    async def behaviour(server: Server, reader: Reader, writer: Writer) -> None:
        await server.request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 2**20)
            await writer.drain()

    async with start_server(behaviour) as (handler, _):
        message = "the handler's response is larger than 16 MiB and was cut off"
        assert read_fault(await send_request(handler)) == ("too_large", message)


async def test_a_header_that_cannot_be_sent_is_a_fault() -> None:
    async with start_server(answer_always(OK)) as (handler, server):
        kind, message = read_fault(
            await send_request(handler, post(headers={"X-A": "1\r\nX-B: 2"}))
        )
        assert kind == "connection"
        assert message.startswith("the request cannot be sent: ")
        assert server.connections == 0


async def test_a_url_that_is_not_http_is_unmapped() -> None:
    async with start_server(answer_always(OK)) as (handler, server):
        assert read_fault(await send_request(handler, post(url="orders/status")))[0] == "unmapped"
        assert server.connections == 0
