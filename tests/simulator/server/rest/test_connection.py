"""Malformed and slow connections over plain sockets get an error, and the server goes on."""

from __future__ import annotations

import asyncio
import json
import socket
from dataclasses import dataclass

import pytest

from pytest_tavus.simulator.server.http import connection
from pytest_tavus.simulator.server.http.connection import (
    CHUNK_BYTES,
    FREE_CHUNKS,
    READ_BYTES,
    ServerConnection,
)
from pytest_tavus.simulator.server.http.marker import MARKER, simulator_version
from pytest_tavus.simulator.server.options import ServerLimits, ServerOptions
from pytest_tavus.simulator.server.running import RunningServer
from tests.simulator.server.served import PATIENCE, listening, wait_until

pytestmark = pytest.mark.asyncio

HASTY = ServerOptions(limits=ServerLimits(header_seconds=0.05, body_seconds=0.05, body_bytes=100))

MALFORMED = (
    "the request is malformed: the server speaks plain HTTP/1.1, and requires one Host header"
)
HANDSHAKE = (
    b"GET /rooms/c1 HTTP/1.1\r\nhost: 127.0.0.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
)


@dataclass(frozen=True)
class Line:
    """One connection, as bytes."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def rest(self) -> tuple[str, dict[str, str], str]:
        """Read to the end of the connection; return status line, headers and body."""
        async with asyncio.timeout(PATIENCE):
            received = await self.reader.read()
        head, _, body = received.decode().partition("\r\n\r\n")
        status, *lines = head.split("\r\n")
        pairs = (line.partition(": ") for line in lines)
        return status, {name.lower(): value for name, _, value in pairs}, body

    async def close(self) -> None:
        self.writer.close()
        await asyncio.gather(self.writer.wait_closed(), return_exceptions=True)


async def line_to(server: RunningServer) -> Line:
    host, port = server.url.removeprefix("http://").split(":")
    return Line(*await asyncio.open_connection(host, int(port)))


async def still_serves(server: RunningServer) -> bool:
    line = await line_to(server)
    line.writer.write(request(server, connection="close"))
    status, _, _ = await line.rest()
    await line.close()
    return status == "HTTP/1.1 200 OK"


def request(server: RunningServer, *, method: str = "GET", body: str = "", **headers: str) -> bytes:
    given = {"host": server.url.removeprefix("http://"), "x-api-key": server.api_key}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in {**given, **headers}.items()]
    return "\r\n".join([f"{method} /v2/pals HTTP/1.1", *lines, "", body]).encode()


@pytest.mark.parametrize(
    ("sent", "status", "sentence"),
    [
        (b"nonsense\r\n\r\n", 400, MALFORMED),
        (b"\x16\x03\x01\x02\x00\x01\x00", 400, MALFORMED),
        (b"GET / HTTP/1.1\r\n\r\n", 400, MALFORMED),
        (
            b"GET / HTTP/1.1\r\nhost: a\r\nx: " + b"a" * 200_000,
            400,
            MALFORMED,
        ),
        (b"", 408, "the head of the request did not arrive within 0.05 s"),
        (b"GET /v2/pals HT", 408, "the head of the request did not arrive within 0.05 s"),
        (
            HANDSHAKE + b"\r\n",
            400,
            "the WebSocket handshake needs 'Sec-WebSocket-Version: 13'",
        ),
        (
            HANDSHAKE + b"sec-websocket-version: 13\r\n\r\n",
            400,
            "the WebSocket handshake needs a 'Sec-WebSocket-Key' of 16 bytes in base64",
        ),
        (
            HANDSHAKE + b"sec-websocket-version: 13\r\nsec-websocket-key: x\r\n\r\n",
            400,
            "the WebSocket handshake needs a 'Sec-WebSocket-Key' of 16 bytes in base64",
        ),
        (
            HANDSHAKE.replace(b"GET", b"POST")
            + b"sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            400,
            "a WebSocket handshake is a GET",
        ),
    ],
)
async def test_a_malformed_request_is_answered_with_the_marker(
    sent: bytes, status: int, sentence: str
) -> None:
    async with listening(HASTY) as server:
        line = await line_to(server)
        line.writer.write(sent)
        answered, headers, body = await line.rest()
        await line.close()
        goes_on = await still_serves(server)

    assert answered.startswith(f"HTTP/1.1 {status} ")
    assert json.loads(body) == {"error": sentence}
    assert headers[MARKER] == simulator_version()
    assert goes_on


LENGTHS = "the request has both Content-Length and Transfer-Encoding: expected one of them"


@pytest.mark.parametrize("key", ["good", "nobody's"])
async def test_a_body_of_two_lengths_is_refused_and_the_connection_closed(key: str) -> None:
    async with listening() as server:
        both = {"content_length": "4", "transfer_encoding": "chunked"}
        named = {"x_api_key": key} if key != "good" else {}
        line = await line_to(server)
        first = request(server, method="POST", body="0\r\n\r\n", **both, **named)
        line.writer.write(first + request(server))
        status, headers, body = await line.rest()
        await line.close()
        goes_on = await still_serves(server)

    assert status == "HTTP/1.1 400 Bad Request"
    assert headers["connection"] == "close"
    # Nothing follows: what was sent behind it was not taken for a second request.
    assert json.loads(body) == {"error": LENGTHS}
    assert goes_on


@pytest.mark.parametrize(
    ("framing", "body"),
    [({"content_length": "2"}, "{}"), ({"transfer_encoding": "chunked"}, "2\r\n{}\r\n0\r\n\r\n")],
)
async def test_a_body_of_one_length_is_read(framing: dict[str, str], body: str) -> None:
    async with listening() as server:
        line = await line_to(server)
        line.writer.write(request(server, method="POST", body=body, connection="close", **framing))
        status, _, answered = await line.rest()
        await line.close()

    assert status == "HTTP/1.1 400 Bad Request"
    assert "is missing" in json.loads(answered)["error"]


async def test_a_connection_is_read_in_small_pieces() -> None:
    async with listening() as server:
        line = await line_to(server)
        line.writer.write(request(server, method="POST", content_length="400000"))
        seen: list[int] = []
        received = ServerConnection.data_received

        def counting(self: ServerConnection, data: bytes) -> None:
            seen.append(len(data))
            received(self, data)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ServerConnection, "data_received", counting)
            line.writer.write(b" " * 400_000)
            line.writer.write(request(server, connection="close"))
            await line.rest()
        await line.close()

    assert max(seen) <= READ_BYTES
    assert sum(seen) > 400_000


async def test_a_body_in_many_tiny_chunks_is_refused() -> None:
    async with listening() as server:
        line = await line_to(server)
        line.writer.write(request(server, method="POST", transfer_encoding="chunked"))
        line.writer.write(b"1\r\n \r\n" * (FREE_CHUNKS + 1))
        status, _, body = await line.rest()
        await line.close()
        goes_on = await still_serves(server)

    assert status == "HTTP/1.1 400 Bad Request"
    assert json.loads(body) == {"error": MALFORMED}
    assert goes_on


async def test_a_body_in_many_chunks_of_some_length_is_read() -> None:
    chunk = b"%x\r\n%s\r\n" % (CHUNK_BYTES, b" " * CHUNK_BYTES)
    async with listening() as server:
        line = await line_to(server)
        line.writer.write(
            request(server, method="POST", transfer_encoding="chunked", connection="close")
        )
        line.writer.write(chunk * 4 * FREE_CHUNKS + b"0\r\n\r\n")
        _, _, body = await line.rest()
        await line.close()

    assert "expected a JSON object, found nothing" in json.loads(body)["error"]


async def test_pipelined_requests_are_read_ahead_within_a_limit() -> None:
    async with listening() as server:
        line = await line_to(server)
        waiting: list[int] = []
        received = ServerConnection.data_received

        def watching(self: ServerConnection, data: bytes) -> None:
            received(self, data)
            waiting.append(len(self.conn.trailing_data[0]))

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ServerConnection, "data_received", watching)
            patch.setattr(connection, "PIPELINED_SECONDS", 0)
            line.writer.write(request(server) * 999 + request(server, connection="close"))
            async with asyncio.timeout(PATIENCE):
                answered = (await line.reader.read()).count(b"HTTP/1.1 200 OK")
        await line.close()

    assert answered == 1000
    assert max(waiting) <= 2 * READ_BYTES


@pytest.mark.parametrize(("count", "status"), [(90, 200), (200, 431)])
async def test_the_number_of_headers_is_limited(count: int, status: int) -> None:
    async with listening() as server:
        line = await line_to(server)
        many = {f"x_{number}": "1" for number in range(count)}
        line.writer.write(request(server, connection="close", **many))
        answered, _, _ = await line.rest()
        await line.close()

    assert answered.startswith(f"HTTP/1.1 {status} ")


async def test_a_client_that_left_before_its_refusal_is_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with listening(HASTY) as server:
        plug = socket.socket()
        host, port = server.url.removeprefix("http://").split(":")
        plug.connect((host, int(port)))
        ended: list[int] = []
        end = ServerConnection.end

        def resetting(self: ServerConnection, status: int, sentence: str) -> None:
            plug.close()  # the loop does not know yet, and the answer is met with a reset
            end(self, status, sentence)
            ended.append(status)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ServerConnection, "end", resetting)
            await wait_until(lambda: ended)
        goes_on = await still_serves(server)

    assert (ended, goes_on) == ([408], True)
    assert not caplog.records


async def test_a_trickling_body_is_refused() -> None:
    async with listening(HASTY) as server:
        line = await line_to(server)
        line.writer.write(request(server, method="POST", content_length="50", body="{"))
        status, headers, body = await line.rest()
        await line.close()
        goes_on = await still_serves(server)

    assert status == "HTTP/1.1 408 Request Timeout"
    assert json.loads(body) == {"error": "the body was not there within 0.05 s"}
    assert headers[MARKER] == simulator_version()
    assert goes_on


async def test_a_body_that_is_too_long_is_refused_before_it_has_come() -> None:
    async with listening(HASTY) as server:
        line = await line_to(server)
        line.writer.write(request(server, method="POST", content_length="101"))
        status, _, body = await line.rest()
        await line.close()
        goes_on = await still_serves(server)

    assert status.startswith("HTTP/1.1 413 ")
    assert json.loads(body) == {"error": "the body is longer than 100 bytes"}
    assert goes_on


async def test_a_client_that_keeps_sending_gets_the_refusal() -> None:
    options = ServerOptions(limits=ServerLimits(body_bytes=100))
    async with listening(options) as server:
        line = await line_to(server)
        much = "a" * 3_000_000
        line.writer.write(request(server, method="POST", content_length=str(len(much)), body=much))
        line.writer.write(request(server, connection="close"))
        async with asyncio.timeout(PATIENCE):
            received = await line.reader.read()
        await line.close()

    assert received.startswith(b"HTTP/1.1 413 ")
    assert received.count(b"HTTP/1.1 200 OK") == 1


async def test_a_chunked_body_is_counted_as_it_comes() -> None:
    async with listening(HASTY) as server:
        line = await line_to(server)
        chunk = f"{200:x}\r\n{'a' * 200}\r\n"
        line.writer.write(request(server, method="POST", transfer_encoding="chunked", body=chunk))
        status, _, _ = await line.rest()
        await line.close()

    assert status.startswith("HTTP/1.1 413 ")


async def test_an_idle_connection_has_time() -> None:
    async with listening() as server:
        line = await line_to(server)
        for _ in range(3):
            line.writer.write(request(server))
            async with asyncio.timeout(PATIENCE):
                head = await line.reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                await line.reader.readexactly(length)
            assert head.startswith(b"HTTP/1.1 200 ")
        await line.close()


async def test_two_requests_at_once_are_answered_in_order() -> None:
    async with listening() as server:
        line = await line_to(server)
        line.writer.write(request(server) + request(server, connection="close"))
        async with asyncio.timeout(PATIENCE):
            received = await line.reader.read()
        await line.close()

    assert received.count(b"HTTP/1.1 200 OK") == 2
    assert received.count(MARKER.encode()) == 2


async def test_the_head_of_a_second_request_has_a_deadline() -> None:
    async with listening(HASTY) as server:
        line = await line_to(server)
        line.writer.write(request(server) + b"GET /v2")
        async with asyncio.timeout(PATIENCE):
            received = await line.reader.read()
        await line.close()

    assert received.count(b"HTTP/1.1 200 OK") == 1
    assert received.count(b"HTTP/1.1 408 Request Timeout") == 1


async def test_a_client_that_leaves_in_the_middle_leaves_no_connection() -> None:
    async with listening() as server:
        line = await line_to(server)
        line.writer.write(request(server, method="POST", content_length="50", body="{"))
        await line.writer.drain()
        line.writer.transport.abort()
        await line.close()

        assert await still_serves(server)


async def test_a_half_closed_connection_gets_its_answer() -> None:
    async with listening() as server:
        line = await line_to(server)
        line.writer.write(request(server))
        line.writer.write_eof()
        async with asyncio.timeout(PATIENCE):
            await line.reader.read()
        await line.close()

        assert await still_serves(server)
