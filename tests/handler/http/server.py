"""A server with a given behaviour on each connection, and a handler that sends to it."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path

from pytest_tavus.handler.call.port import Handler
from pytest_tavus.handler.open import open_handler
from tests.handler.requests import spec

Reader = asyncio.StreamReader


Writer = asyncio.StreamWriter


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Server:
    """A server that counts its connections and records its requests."""

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
async def start_server(
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


def answer_always(answer: bytes) -> Behaviour:
    async def behaviour(server: Server, reader: Reader, writer: Writer) -> None:
        while True:
            await server.request(reader)
            writer.write(answer)

    return behaviour


def answer_once(answer: bytes) -> Behaviour:
    """Answer one request and close the connection."""

    async def behaviour(server: Server, reader: Reader, writer: Writer) -> None:
        await server.request(reader)
        writer.write(answer)
        writer.close()
        await writer.wait_closed()

    return behaviour
