from __future__ import annotations

import asyncio
import contextlib
import gzip
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from pytest_tavus.gateway.open import open_handler
from pytest_tavus.gateway.port import Handler
from pytest_tavus.wire import HttpRequest, header
from tests.gateway.asking import ask, data, fault, post, ref, spec

pytestmark = pytest.mark.asyncio

Reader = asyncio.StreamReader
Writer = asyncio.StreamWriter
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Server:
    """A server that does on each connection what the test tells it to."""

    def __init__(self) -> None:
        self.connections = 0
        self.requests: list[bytes] = []
        self.port = 0
        self.serving: set[asyncio.Task[None]] = set()

    async def request(self, reader: Reader) -> bytes:
        """Read one request with its body."""
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
        self.requests.append(head + await reader.readexactly(length))
        return self.requests[-1]


Behaviour = Callable[[Server, Reader, Writer], Awaitable[None]]


@contextlib.asynccontextmanager
async def serving(
    behaviour: Behaviour, *, base: str = "", tls: ssl.SSLContext | None = None
) -> AsyncGenerator[tuple[Handler, Server]]:
    server = Server()

    async def connected(reader: Reader, writer: Writer) -> None:
        server.connections += 1
        task = asyncio.current_task()
        assert task is not None
        server.serving.add(task)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await behaviour(server, reader, writer)
        writer.transport.abort()

    listening = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    url = f"{'https' if tls else 'http'}://127.0.0.1:{server.port}{base}"
    handler = await open_handler(spec(url=url), root=Path(), environ={})
    try:
        yield handler, server
    finally:
        await handler.close()
        listening.close()
        if server.serving:
            _, left = await asyncio.wait(server.serving, timeout=5)
            assert not left
        await listening.wait_closed()


def always(answer: bytes) -> Behaviour:
    async def behaviour(server: Server, reader: Reader, writer: Writer) -> None:
        while True:
            await server.request(reader)
            writer.write(answer)

    return behaviour


def once(answer: bytes) -> Behaviour:
    """Answer one request and close the connection."""

    async def behaviour(server: Server, reader: Reader, writer: Writer) -> None:
        await server.request(reader)
        writer.write(answer)
        writer.close()
        await writer.wait_closed()

    return behaviour


async def test_the_request_goes_out_as_the_platform_would_send_it() -> None:
    async with serving(always(OK), base="/api") as (handler, server):
        request = HttpRequest(
            method="POST",
            url="https://api.shop.example/orders?q=a%20b&x=1+2",
            headers=(("X-Api-Key", "k"), ("Content-Type", "application/json")),
            body=b'{"a": 1}',
        )
        exchange = await ask(handler, request)

        assert server.requests == [
            b"POST /api/orders?q=a%20b&x=1+2 HTTP/1.1\r\n"
            + f"host: 127.0.0.1:{server.port}\r\n".encode()
            + b"X-Api-Key: k\r\n"
            b"Content-Type: application/json\r\n"
            b"content-length: 8\r\n"
            b"\r\n"
            b'{"a": 1}'
        ]
        assert data(exchange) == {}
        assert exchange.response is not None
        assert exchange.response.headers == (("Content-Length", "2"),)
        assert exchange.request is request


async def test_a_connection_is_kept_for_the_next_request() -> None:
    async with serving(always(OK)) as (handler, server):
        for _ in range(3):
            data(await ask(handler))
        assert server.connections == 1


async def test_a_kept_connection_that_the_server_closed_is_not_used() -> None:
    async with serving(once(OK)) as (handler, server):
        for _ in range(3):
            data(await ask(handler))
        assert (server.connections, len(server.requests)) == (3, 3)


async def test_a_kept_connection_that_is_closed_under_a_request_is_tried_again_once() -> None:
    async def behaviour(server: Server, reader: Reader, writer: Writer) -> None:
        await server.request(reader)
        writer.write(OK)
        await server.request(reader)

    async with serving(behaviour) as (handler, server):
        data(await ask(handler))
        data(await ask(handler))
        assert (server.connections, len(server.requests)) == (2, 3)


async def test_a_new_connection_that_is_closed_is_not_tried_again() -> None:
    async with serving(once(b"")) as (handler, server):
        exchange = await ask(handler)
        message = "the handler closed the connection without answering"
        assert fault(exchange) == ("connection", message)
        assert server.connections == 1


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 200 OK\r\nConte", b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{}"]
)
async def test_an_answer_that_is_cut_off_is_told(answer: bytes) -> None:
    async with serving(once(answer)) as (handler, _):
        exchange = await ask(handler)
        message = "the handler closed the connection in the middle of its answer"
        assert fault(exchange) == ("connection", message)
        assert exchange.response is None


async def test_an_answer_that_is_not_http_is_told() -> None:
    async with serving(always(b"220 mail.example ESMTP\r\n\r\n")) as (handler, _):
        kind, message = fault(await ask(handler))
        assert kind == "connection"
        assert message.startswith("the handler's answer is not HTTP: ")


@pytest.mark.parametrize(
    ("behaviour", "body"),
    [
        (
            always(
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                b"3\r\n{},\r\n2\r\n{}\r\n0\r\n\r\n"
            ),
            b"{},{}",
        ),
        (once(b"HTTP/1.0 200 OK\r\n\r\n{} to the end"), b"{} to the end"),
        (always(b"HTTP/1.1 204 No Content\r\n\r\n"), b""),
        (always(b"HTTP/1.1 100 Continue\r\n\r\n" + OK), b"{}"),
        (always(b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + OK), b"{}"),
    ],
)
async def test_every_framing_of_a_body_is_read(behaviour: Behaviour, body: bytes) -> None:
    async with serving(behaviour) as (handler, _):
        for _repeated in range(2):
            exchange = await ask(handler)
            assert exchange.fault is None
            assert exchange.response is not None
            assert exchange.response.body == body


async def test_a_head_request_has_no_body() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"
    async with serving(always(answer)) as (handler, server):
        for _ in range(2):
            exchange = await ask(handler, HttpRequest(method="HEAD", url="https://x.example/a"))
            assert exchange.response is not None
            assert exchange.response.body == b""
        assert server.connections == 1


async def test_a_redirect_is_an_answer_and_not_followed() -> None:
    answer = b"HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"
    async with serving(always(answer)) as (handler, server):
        exchange = await ask(handler)
        assert exchange.response is not None
        assert exchange.response.status == 302
        assert len(server.requests) == 1


async def test_a_cookie_is_not_kept_for_the_next_conversation() -> None:
    answer = b"HTTP/1.1 200 OK\r\nSet-Cookie: session=1\r\nContent-Length: 2\r\n\r\n{}"
    async with serving(always(answer)) as (handler, server):
        await ask(handler)
        exchange = await ask(handler)
        assert exchange.response is not None
        assert header(exchange.response.headers, "set-cookie") == "session=1"
        assert b"cookie" not in server.requests[1].lower()


async def test_a_body_is_recorded_as_it_came() -> None:
    packed = gzip.compress(b"{}")
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    async with serving(always(head.encode() + packed)) as (handler, server):
        exchange = await ask(handler)
        assert exchange.response is not None
        assert exchange.response.body == packed
        assert b"accept-encoding" not in server.requests[0].lower()


async def test_bytes_after_the_answer_end_the_connection() -> None:
    async with serving(always(OK + b"more")) as (handler, server):
        data(await ask(handler))
        data(await ask(handler))
        assert server.connections == 2


async def test_an_answer_before_the_end_of_the_request_is_read() -> None:
    async def refusing(server: Server, reader: Reader, writer: Writer) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await reader.read()

    async with serving(refusing) as (handler, _):
        exchange = await ask(handler, post("x" * 100_000))
        assert exchange.response is not None
        assert exchange.response.status == 413


async def test_an_endless_answer_is_cut_off() -> None:
    async def behaviour(server: Server, reader: Reader, writer: Writer) -> None:
        await server.request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 2**20)
            await writer.drain()

    async with serving(behaviour) as (handler, _):
        message = "the handler's response is larger than 16 MiB and was cut off"
        assert fault(await ask(handler)) == ("connection", message)


async def test_a_late_answer_is_a_timeout_and_costs_its_connection() -> None:
    async def behaviour(server: Server, reader: Reader, writer: Writer) -> None:
        await server.request(reader)
        if server.connections == 1:
            await reader.read()
        writer.write(OK)
        await server.request(reader)

    async with serving(behaviour) as (handler, server):
        exchange = await ask(handler, within=0.02)
        assert fault(exchange) == ("timeout", "the handler did not answer within 0.02 s")
        data(await ask(handler))
        assert server.connections == 2


async def test_a_header_that_cannot_be_sent_is_told() -> None:
    async with serving(always(OK)) as (handler, server):
        kind, message = fault(await ask(handler, post(headers={"X-A": "1\r\nX-B: 2"})))
        assert kind == "connection"
        assert message.startswith("the request cannot be sent: ")
        assert server.connections == 0


async def test_nothing_that_listens_is_told_with_the_address() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        for host in ("localhost", "127.0.0.1"):
            url = f"http://{host}:{port}"
            handler = await open_handler(spec(url=url), root=Path(), environ={})
            assert fault(await ask(handler)) == ("connection", f"nothing answers at {url}")
            await handler.close()


async def test_localhost_is_looked_for_on_both_loopback_addresses() -> None:
    async def connected(reader: Reader, writer: Writer) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK)
        writer.close()

    try:
        listening = await asyncio.start_server(connected, "::1", 0)
    except OSError:
        pytest.skip("this machine has no IPv6 loopback address")
    port = listening.sockets[0].getsockname()[1]
    handler = await open_handler(spec(url=f"http://localhost:{port}"), root=Path(), environ={})
    assert data(await ask(handler)) == {}
    await handler.close()
    listening.close()
    await listening.wait_closed()


async def test_a_certificate_on_loopback_need_not_be_trusted(tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate with")
    key, certificate = str(tmp_path / "key.pem"), str(tmp_path / "certificate.pem")
    words = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=x"
    subprocess.run(  # noqa: ASYNC221 - nothing else runs yet
        [*words.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    async with serving(always(OK), tls=context) as (handler, server):
        for _ in range(2):
            data(await ask(handler))
        assert server.connections == 1


async def test_a_conversation_that_is_cancelled_leaves_no_connection_behind() -> None:
    arrived, left = asyncio.Event(), asyncio.Event()

    async def behaviour(server: Server, reader: Reader, writer: Writer) -> None:
        await server.request(reader)
        arrived.set()
        await reader.read()
        left.set()

    async with serving(behaviour) as (handler, _):
        task = asyncio.create_task(ask(handler))
        async with asyncio.timeout(5):
            await arrived.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await left.wait()


async def test_two_hundred_equal_calls_at_once_each_get_their_own_answer() -> None:
    async def behaviour(server: Server, reader: Reader, writer: Writer) -> None:
        while True:
            body = (await server.request(reader)).partition(b"\r\n\r\n")[2]
            await asyncio.sleep(0)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    async with serving(behaviour) as (handler, server):
        exchanges = await asyncio.gather(
            *(ask(handler, post({"n": n}), call=ref(call_id=str(n))) for n in range(200))
        )
        assert [data(each)["n"] for each in exchanges] == list(range(200))
        assert server.connections <= 100


class OneByOne(BaseHTTPRequestHandler):
    """Keeps its connection, while the server has time for one connection only."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""


@contextlib.contextmanager
def one_by_one() -> Generator[int]:
    with HTTPServer(("127.0.0.1", 0), OneByOne) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join(5)


async def test_a_server_that_serves_one_connection_at_a_time_is_not_starved() -> None:
    with one_by_one() as port:
        handler = await open_handler(spec(url=f"http://127.0.0.1:{port}"), root=Path(), environ={})
        exchanges = await asyncio.gather(*(ask(handler, within=5.0) for _ in range(4)))
        assert [data(each) for each in exchanges] == [{}] * 4
        await handler.close()


async def test_a_url_that_is_none_leads_nowhere() -> None:
    async with serving(always(OK)) as (handler, server):
        assert fault(await ask(handler, post(url="orders/status")))[0] == "unmapped"
        assert server.connections == 0
