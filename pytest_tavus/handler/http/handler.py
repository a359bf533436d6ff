"""A handler that listens on a port of this machine: request heads and a pool of connections."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Sequence
from functools import lru_cache, partial

from pytest_tavus.clock import Clock
from pytest_tavus.handler.call.address import (
    ADDRESSES,
    LOOPBACK,
    Address,
    header_lines,
    parse_address,
)
from pytest_tavus.handler.call.faults import connection_fault, timeout_fault, unmapped_fault
from pytest_tavus.handler.call.port import CallRef
from pytest_tavus.handler.call.timing import Stopwatch
from pytest_tavus.handler.http.connection import BrokenExchangeError, Connection
from pytest_tavus.wire import HttpExchange, HttpRequest, HttpResponse

_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_TARGET = re.compile(rb"[\x21-\x7e]+")
_VALUE = re.compile(rb"(?:[^\x00-\x20\x7f](?:[^\x00-\x08\x0a-\x1f\x7f]*[^\x00-\x20\x7f])?)?")


class UnsendableError(ValueError):
    """A request that HTTP cannot carry. Its text completes "cannot be sent:"."""


def encode_head(method: str, target: str, lines: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Encode request line and headers, the empty line included.

    Raises:
        UnsendableError: a part is not HTTP (RFC 9110, sections 5 and 9; RFC 9112, section 3).

    """
    encoded = [_encode_request_line(method, target)]
    for name, value in lines:
        if not _TOKEN.fullmatch(name):
            message = f"{name.decode('latin-1')!r} is no name of a header"
            raise UnsendableError(message)
        if not _VALUE.fullmatch(value):
            message = f"the value of its header {name.decode('latin-1')!r} is no text of one line"
            raise UnsendableError(message)
        encoded.append(b"%b: %b\r\n" % (name, value))
    return b"".join((*encoded, b"\r\n"))


def _encode_request_line(method: str, target: str) -> bytes:
    verb, path = method.encode("utf-8"), target.encode("utf-8")
    if not _TOKEN.fullmatch(verb):
        message = f"{method!r} is no method"
        raise UnsendableError(message)
    if not _TARGET.fullmatch(path):
        raise UnsendableError("its path or its query holds a character that no URL has")
    return b"%b %b HTTP/1.1\r\n" % (verb, path)


_CONNECTIONS = 100
"""Concurrent requests. The deadline of a further request starts when a connection is free."""

_STARVATION_DELAY = 0.25
"""Seconds without a byte on a new connection, after which idle connections may be in its way."""


class RemoteHandler:
    """Sends over a pool of persistent connections, each with one exchange at a time."""

    def __init__(self, base: Address) -> None:
        self._base = base
        self._parse_address = lru_cache(ADDRESSES)(parse_address)
        self._encode_head = lru_cache(ADDRESSES)(_encode_head)
        self._hosts = LOOPBACK if base.host == "localhost" else (base.host,)
        self._tls = _build_unverified_context() if base.scheme == "https" else None
        self._slots = asyncio.Semaphore(_CONNECTIONS)
        self._idle: list[Connection] = []
        self._busy: set[Connection] = set()
        self._starving: set[Connection] = set()

    async def send(
        self,
        request: HttpRequest,
        *,
        call: CallRef,  # noqa: ARG002 - the port's; one connection carries one call at a time
        within: float,
        clock: Clock,
    ) -> HttpExchange:
        """Send one request to the handler. The path of its URL is appended to the base URL."""
        target = self._parse_address(request.url)
        if target is None:
            return HttpExchange(request=request, fault=unmapped_fault(request.url))
        async with self._slots:
            watch = Stopwatch(clock, within)
            response, fault = None, None
            try:
                async with asyncio.timeout(within):
                    response = await self._exchange(request, self._base.target_of(target))
            except TimeoutError:
                fault = timeout_fault(within)
            except BrokenExchangeError as broken:
                fault = broken.fault
            if watch.is_late():
                response, fault = None, timeout_fault(within)
            return HttpExchange(
                request=request, response=response, fault=fault, seconds=watch.seconds()
            )

    def has_disconnected(self) -> bool:
        """Tell whether the handler closed an idle connection since the last call."""
        lost = [connection for connection in self._idle if not connection.usable]
        for connection in lost:
            self._idle.remove(connection)
            connection.abort()
        return bool(lost)

    async def close(self) -> None:
        """Close all connections. The handler itself runs on."""
        for connection in (*self._idle, *self._busy):
            connection.abort()
        self._idle.clear()
        await asyncio.sleep(0)  # lets the transports close their sockets

    async def _exchange(self, request: HttpRequest, target: str) -> HttpResponse:
        lines = header_lines(request, host=self._base.netloc)
        method = request.method.upper()
        data = self._encode_head(method, target, tuple(lines)) + request.body
        send = partial(self._send_on_connection, data, to_head=method == "HEAD")
        connection = await self._acquire_connection()
        try:
            return await send(connection)
        except BrokenExchangeError as broken:
            if not (broken.unanswered and connection.exchange_count):
                raise
        # A server may close an idle connection at the moment when the request is sent.
        return await send(await self._connect())

    async def _send_on_connection(
        self, request: bytes, connection: Connection, *, to_head: bool
    ) -> HttpResponse:
        loop = asyncio.get_running_loop()
        alarm = None
        if not connection.exchange_count:
            alarm = loop.call_later(_STARVATION_DELAY, self._close_idle, connection)
        self._busy.add(connection)
        try:
            response = await connection.exchange(request, to_head=to_head)
        finally:
            self._busy.discard(connection)
            self._starving.discard(connection)
            if alarm is not None:
                alarm.cancel()
        if self._starving:
            connection.abort()
        else:
            self._idle.append(connection)
        return response

    async def _acquire_connection(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if connection.usable:
                return connection
            connection.abort()
        return await self._connect()

    async def _connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        for host in self._hosts:
            try:
                _, connection = await loop.create_connection(
                    Connection, host, self._base.port, ssl=self._tls
                )
            except OSError:
                continue
            return connection
        raise BrokenExchangeError(connection_fault(f"nothing answers at {self._base.origin}"))

    def _close_idle(self, connection: Connection) -> None:
        """Close idle connections to a server that serves one connection after the other.

        Such a server waits for the next request on an idle connection, while the request on the
        new connection waits for the server.
        """
        if connection.response_started:
            return
        self._starving.add(connection)
        while self._idle:
            self._idle.pop().abort()


def _encode_head(method: str, target: str, lines: tuple[tuple[bytes, bytes], ...]) -> bytes:
    try:
        return encode_head(method, target, lines)
    except UnsendableError as error:
        fault = connection_fault(f"the request cannot be sent: {error}")
        raise BrokenExchangeError(fault) from None


def _build_unverified_context() -> ssl.SSLContext:
    # No certificate is checked, because no other host can answer on loopback.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
