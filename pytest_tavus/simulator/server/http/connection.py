"""One TCP connection: the server's own protocol, with what it lacks of limits and of manners.

uvicorn waits for ever for the head of a request, and answers what is no HTTP, or no WebSocket, in
words of its own. Both are put right here; and connections are known by their peer, so that they can
be cut.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable
from typing import Any, Literal, cast
from weakref import WeakValueDictionary

import h11
from starlette.types import Scope
from uvicorn import Config
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from pytest_tavus.simulator.server.http.answers import json_bytes
from pytest_tavus.simulator.server.http.marker import MARKER, simulator_version
from pytest_tavus.simulator.server.options import ServerLimits

READ_BYTES = 8192
"""Taken from a connection at once. What is parsed of it is parsed before anybody else is served."""

CHUNK_BYTES = 64
"""Of a body in more than so many chunks, the least that they must have on average."""

FREE_CHUNKS = 256


class Flow(FlowControl):
    """Reads no more while requests wait that were sent before an answer.

    uvicorn reads on with each answer, whatever waits already, and keeps all of it.
    """

    def __init__(self, transport: asyncio.Transport, conn: h11.Connection) -> None:
        super().__init__(transport)
        self._conn = conn

    def resume_reading(self) -> None:
        """Read on, unless enough was read ahead."""
        if len(self._conn.trailing_data[0]) <= READ_BYTES:
            super().resume_reading()


class Framing(h11.Connection):
    """Reads requests, and none whose body comes in chunks of hardly anything.

    Each chunk takes as long to parse as a small request, whatever is in it.
    """

    _chunks = 0
    _bytes = 0

    def next_event(self) -> Any:
        """Return the next event.

        Raises:
            RemoteProtocolError: it is none of HTTP/1.1, or a chunk too many of hardly anything.

        """
        event = super().next_event()
        if isinstance(event, h11.Request):
            self._chunks = self._bytes = 0
        elif isinstance(event, h11.Data):
            self._chunks += event.chunk_start  # a part of a chunk is not another one
            self._bytes += len(event.data)
            if self._chunks > FREE_CHUNKS and self._bytes < CHUNK_BYTES * (self._chunks - 1):
                raise h11.RemoteProtocolError("the chunks of the body are too small")
        return event


Awaited = Literal["head", "rest"]
"""The head of a request, or what is left of a body that was answered before it was there."""

LINGER_SECONDS = 1.0
"""How long a connection that was ended goes on to read, and to drop what it reads."""

PIPELINED_SECONDS = 0.2
"""Between an answer and a request that was sent before it."""

_NONCE = re.compile(rb"[A-Za-z0-9+/]{21}[AQgw]==")
"""16 bytes in base64."""

_NO_REQUEST = (
    "this is no HTTP request that can be understood: the server speaks plain HTTP/1.1, and wants "
    "one Host header"
)
_REASONS = {400: "Bad Request", 408: "Request Timeout"}


class Connections:
    """The open connections of one server, by the address of their peer."""

    def __init__(self, limits: ServerLimits) -> None:
        self.limits = limits
        self.mark = f"{MARKER}: {simulator_version()}"
        """What every answer says. To find the version out takes as long as a request."""
        self._open: WeakValueDictionary[tuple[str, int], asyncio.Transport] = WeakValueDictionary()

    def add(self, peer: tuple[str, int], transport: asyncio.Transport) -> None:
        """Know a connection from now on."""
        self._open[peer] = transport

    def hang_up(self, scope: Scope) -> bool:
        """Cut the connection of a request; return whether there was one."""
        host, port = scope.get("client") or ("", 0)
        transport = self._open.get((host, port))
        if transport is None:
            return False
        transport.abort()
        return True

    def hang_up_all(self) -> None:
        """Cut whatever is still open."""
        for transport in list(self._open.values()):
            transport.abort()

    def protocol_factory(self) -> Callable[..., asyncio.Protocol]:
        """Return what makes the protocol of a connection, as uvicorn calls it."""

        def make(
            config: Config, server_state: ServerState, app_state: dict[str, Any], **_: Any
        ) -> asyncio.Protocol:
            return ServerConnection(config, server_state, app_state, connections=self)

        return make


class ServerConnection(H11Protocol):
    """One connection, until it ends or becomes a WebSocket."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        *,
        connections: Connections,
    ) -> None:
        super().__init__(config, server_state, app_state)
        self.conn = Framing(h11.SERVER)
        self._connections = connections
        self._awaited: Awaited | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._ended = False
        self._upgraded = False
        self._responded = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # asyncio's own transports have it; another may read as it likes.
        cast("Any", transport).max_size = READ_BYTES
        self.flow = Flow(transport, self.conn)
        if self.client is not None:
            self._connections.add(self.client, transport)
        self._update_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        self._clear_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self._ended:
            super().data_received(data)
            self._update_deadline()

    def on_response_complete(self) -> None:
        self._responded = True
        if self.conn.trailing_data[0]:
            # Who asks before it was answered could have every turn of the loop.
            self.loop.call_later(PIPELINED_SECONDS, self._complete_response)
        else:
            self._complete_response()

    def _complete_response(self) -> None:
        super().on_response_complete()
        self._update_deadline()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        problem = _handshake_problem(event.method, dict(self.headers))
        if problem is None:
            self._upgraded = True
            super().handle_websocket_upgrade(event)
        else:
            self.end(400, problem)

    def send_400_response(self, msg: str) -> None:
        del msg
        self.end(400, _NO_REQUEST)

    def shutdown(self) -> None:
        if self._ended:
            self.transport.close()
        else:
            super().shutdown()

    def _update_deadline(self) -> None:
        """Set a limit to what is waited for, once for each."""
        awaited = self._find_awaited()
        if awaited == self._awaited:
            return
        self._clear_deadline()
        self._awaited = awaited
        limits = self._connections.limits
        if awaited == "head":
            self._deadline = self.loop.call_later(limits.header_seconds, self._refuse_late_head)
        elif awaited == "rest":
            self._deadline = self.loop.call_later(limits.body_seconds, self.transport.abort)

    def _find_awaited(self) -> Awaited | None:
        if self._ended or self._upgraded or self.transport.is_closing():
            return None
        theirs, unread = self.conn.their_state, self.conn.trailing_data[0]
        if theirs is h11.IDLE and (unread or not self._responded):
            return "head"
        if theirs is h11.SEND_BODY and self.cycle.response_complete:
            return "rest"
        return None

    def _clear_deadline(self) -> None:
        self._awaited = None
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _refuse_late_head(self) -> None:
        seconds = self._connections.limits.header_seconds
        self.end(408, f"the head of the request was not there within {seconds:g} s")

    def end(self, status: int, sentence: str) -> None:
        """Answer past everything, because there is no request to answer, and close.

        Not at once: where a client is still sending, that would take the answer away from it.
        """
        self._clear_deadline()
        self._ended = True
        body = json_bytes({"error": sentence})
        head = (
            f"HTTP/1.1 {status} {_REASONS[status]}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\n{self._connections.mark}\r\n"
            "connection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        with contextlib.suppress(OSError):  # whoever was to be told may be gone already
            self.transport.write_eof()
        self._deadline = self.loop.call_later(LINGER_SECONDS, self.transport.abort)


def _handshake_problem(method: bytes, headers: dict[bytes, bytes]) -> str | None:
    if method != b"GET":
        return "a WebSocket handshake is a GET"
    if headers.get(b"sec-websocket-version") != b"13":
        return "the WebSocket handshake needs 'Sec-WebSocket-Version: 13'"
    if _NONCE.fullmatch(headers.get(b"sec-websocket-key", b"")) is None:
        return "the WebSocket handshake needs a 'Sec-WebSocket-Key' of 16 bytes in base64"
    return None
