"""The connections to a server: which are made, kept, tried again and given up."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from pytest_tavus.handler.open import open_handler
from tests.handler.http.server import (
    OK,
    Reader,
    Server,
    Writer,
    answer_always,
    answer_once,
    start_server,
)
from tests.handler.requests import build_call, post, read_fault, read_json, send_request, spec

pytestmark = pytest.mark.asyncio


async def test_a_connection_is_reused_for_the_next_request() -> None:
    async with start_server(answer_always(OK)) as (handler, server):
        for _ in range(3):
            read_json(await send_request(handler))
        assert server.connections == 1


async def test_an_idle_connection_that_the_server_closed_is_not_reused() -> None:
    async with start_server(answer_once(OK)) as (handler, server):
        for _ in range(3):
            read_json(await send_request(handler))
        assert (server.connections, len(server.requests)) == (3, 3)


async def test_a_request_on_a_reused_connection_that_closes_is_sent_once_more() -> None:
    async def behaviour(server: Server, reader: Reader, writer: Writer) -> None:
        await server.request(reader)
        writer.write(OK)
        await server.request(reader)

    async with start_server(behaviour) as (handler, server):
        read_json(await send_request(handler))
        read_json(await send_request(handler))
        assert (server.connections, len(server.requests)) == (2, 3)


async def test_a_request_on_a_new_connection_that_closes_is_not_sent_again() -> None:
    async with start_server(answer_once(b"")) as (handler, server):
        exchange = await send_request(handler)
        message = "the handler closed the connection without answering"
        assert read_fault(exchange) == ("broken", message)
        assert server.connections == 1


async def test_bytes_after_the_answer_end_the_connection() -> None:
    async with start_server(answer_always(OK + b"more")) as (handler, server):
        read_json(await send_request(handler))
        read_json(await send_request(handler))
        assert server.connections == 2


async def test_a_late_answer_is_a_timeout_and_closes_its_connection() -> None:
    async def behaviour(server: Server, reader: Reader, writer: Writer) -> None:
        await server.request(reader)
        if server.connections == 1:
            await reader.read()
        writer.write(OK)
        await server.request(reader)

    async with start_server(behaviour) as (handler, server):
        exchange = await send_request(handler, within=0.02)
        assert read_fault(exchange) == ("timeout", "the handler did not answer within 0.02 s")
        read_json(await send_request(handler))
        assert server.connections == 2


async def test_a_conversation_that_is_cancelled_leaves_no_connection_behind() -> None:
    arrived, left = asyncio.Event(), asyncio.Event()

    async def behaviour(server: Server, reader: Reader, writer: Writer) -> None:
        await server.request(reader)
        arrived.set()
        await reader.read()
        left.set()

    async with start_server(behaviour) as (handler, _):
        task = asyncio.create_task(send_request(handler))
        async with asyncio.timeout(5):
            await arrived.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await left.wait()


async def test_a_port_without_a_listener_is_a_fault_with_the_address() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        for host in ("localhost", "127.0.0.1"):
            url = f"http://{host}:{port}"
            handler = await open_handler(spec(url=url), root=Path(), environ={})
            assert read_fault(await send_request(handler)) == (
                "connection",
                f"nothing answers at {url}",
            )
            await handler.close()


async def test_localhost_is_tried_on_both_loopback_addresses() -> None:
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
    assert read_json(await send_request(handler)) == {}
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
    async with start_server(answer_always(OK), tls=context) as (handler, server):
        for _ in range(2):
            read_json(await send_request(handler))
        assert server.connections == 1


async def test_two_hundred_equal_calls_at_once_each_get_their_own_answer() -> None:
    async def behaviour(server: Server, reader: Reader, writer: Writer) -> None:
        while True:
            body = (await server.request(reader)).partition(b"\r\n\r\n")[2]
            await asyncio.sleep(0)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    async with start_server(behaviour) as (handler, server):
        exchanges = await asyncio.gather(
            *(
                send_request(handler, post({"n": n}), call=build_call(call_id=str(n)))
                for n in range(200)
            )
        )
        assert [read_json(each)["n"] for each in exchanges] == list(range(200))
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
        exchanges = await asyncio.gather(*(send_request(handler, within=5.0) for _ in range(4)))
        assert [read_json(each) for each in exchanges] == [{}] * 4
        await handler.close()
