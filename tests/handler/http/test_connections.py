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
from tests.handler.asking import ask, data, fault, post, ref, spec
from tests.handler.http.server import OK, Reader, Server, Writer, always, once, serving

pytestmark = pytest.mark.asyncio


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
        assert fault(exchange) == ("broken", message)
        assert server.connections == 1


async def test_bytes_after_the_answer_end_the_connection() -> None:
    async with serving(always(OK + b"more")) as (handler, server):
        data(await ask(handler))
        data(await ask(handler))
        assert server.connections == 2


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
