"""One TCP connection: uvicorn's protocol with time limits, and with errors in JSON.

uvicorn waits without limit for the head of a request, and answers malformed requests and handshakes
in plain text of its own. This module changes both, and indexes connections by their peer, so that
the server can cut them.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from typing import Literal, Protocol, runtime_checkable
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
"""The most that one read takes, because the loop parses it before it serves other connections."""

FREE_CHUNKS = 256
CHUNK_BYTES = 64
"""The least average length of chunks, for a body of more than `FREE_CHUNKS` chunks."""


class Flow(FlowControl):
    """Pauses a connection while enough pipelined requests wait.

    uvicorn resumes reading with each answer, and buffers pipelined requests without limit.
    """

    def __init__(self, transport: asyncio.Transport, conn: h11.Connection) -> None:
        super().__init__(transport)
        self._conn = conn

    def resume_reading(self) -> None:
        if len(self._conn.trailing_data[0]) <= READ_BYTES:
            super().resume_reading()


class Framing(h11.Connection):
    """Parses requests, and refuses bodies in tiny chunks.

    Each chunk takes as long to parse as a small request, whatever its length.
    """

    _chunks = 0
    _bytes = 0

    def next_event(self) -> h11.Event | type[h11.NEED_DATA | h11.PAUSED]:
        """Return the next event.

        Raises:
            RemoteProtocolError: the data are not HTTP/1.1, or the chunks are too small.

        """
        event = super().next_event()
        if isinstance(event, h11.Request):
            self._chunks = self._bytes = 0
        elif isinstance(event, h11.Data):
            self._chunks += event.chunk_start  # one chunk may arrive in several events
            self._bytes += len(event.data)
            if self._chunks > FREE_CHUNKS and self._bytes < CHUNK_BYTES * (self._chunks - 1):
                raise h11.RemoteProtocolError("the chunks of the body are too small")
        return event


@runtime_checkable
class _HasReadSize(Protocol):
    """What asyncio's own transports have and typeshed does not declare."""

    max_size: int
    "Bytes that one read takes."


Awaited = Literal["head", "rest"]
"""The head of a request, or the rest of a body that was answered before it was complete."""

LINGER_SECONDS = 1.0
"""How long a refused connection stays open. Data that arrive meanwhile are dropped."""

PIPELINED_SECONDS = 0.2
"""The pause before a pipelined request is served."""

_NONCE = re.compile(rb"[A-Za-z0-9+/]{21}[AQgw]==")
"""16 bytes in base64."""

_MALFORMED_REQUEST = (
    "the request is malformed: the server speaks plain HTTP/1.1, and requires one Host header"
)
_REASONS = {400: "Bad Request", 408: "Request Timeout"}


class Connections:
    """The open connections of one server, by the address of their peer."""

    def __init__(self, limits: ServerLimits) -> None:
        self.limits = limits
        self.mark = f"{MARKER}: {simulator_version()}"
        """The marker header. Built once, because the version takes as long to find as a request."""
        self._open: WeakValueDictionary[tuple[str, int], asyncio.Transport] = WeakValueDictionary()

    def add(self, peer: tuple[str, int], transport: asyncio.Transport) -> None:
        self._open[peer] = transport

    def hang_up(self, scope: Scope) -> bool:
        """Cut the connection of a request; return `False` if it has none."""
        host, port = scope.get("client") or ("", 0)
        transport = self._open.get((host, port))
        if transport is None:
            return False
        transport.abort()
        return True

    def hang_up_all(self) -> None:
        for transport in list(self._open.values()):
            transport.abort()

    def protocol_class(self) -> type[asyncio.Protocol]:
        """Return the class that uvicorn instantiates for each connection of this server."""

        class Connection(ServerConnection):
            registry = self

        return Connection


class ServerConnection(H11Protocol):
    """One connection, until it ends or becomes a WebSocket."""

    registry: Connections

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, object],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.conn = Framing(h11.SERVER)
        self._awaited: Awaited | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._ended = False
        self._upgraded = False
        self._responded = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if isinstance(transport, _HasReadSize):
            transport.max_size = READ_BYTES
        self.flow = Flow(transport, self.conn)
        if self.client is not None:
            self.registry.add(self.client, transport)
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
            # Without the pause, a client that pipelines could occupy the loop alone.
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
        self.end(400, _MALFORMED_REQUEST)

    def shutdown(self) -> None:
        if self._ended:
            self.transport.close()
        else:
            super().shutdown()

    def _update_deadline(self) -> None:
        """Start a timer when the connection begins to wait for something else."""
        awaited = self._find_awaited()
        if awaited == self._awaited:
            return
        self._clear_deadline()
        self._awaited = awaited
        limits = self.registry.limits
        if awaited == "head":
            self._deadline = self.loop.call_later(limits.header_seconds, self._refuse_late_head)
        elif awaited == "rest":
            self._deadline = self.loop.call_later(limits.body_seconds, self.transport.abort)

    def _find_awaited(self) -> Awaited | None:
        if self._ended or self._upgraded or self.transport.is_closing():
            return None
        client_state, unread = self.conn.their_state, self.conn.trailing_data[0]
        if client_state is h11.IDLE and (unread or not self._responded):
            return "head"
        if client_state is h11.SEND_BODY and self.cycle.response_complete:
            return "rest"
        return None

    def _clear_deadline(self) -> None:
        self._awaited = None
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _refuse_late_head(self) -> None:
        seconds = self.registry.limits.header_seconds
        self.end(408, f"the head of the request did not arrive within {seconds:g} s")

    def end(self, status: int, sentence: str) -> None:
        """Answer without the application, which has no request to answer, and close."""
        self._clear_deadline()
        self._ended = True
        body = json_bytes({"error": sentence})
        head = (
            f"HTTP/1.1 {status} {_REASONS[status]}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\n{self.registry.mark}\r\n"
            "connection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        with contextlib.suppress(OSError):  # the client may have disconnected
            self.transport.write_eof()
        # To close at once would reset the connection, and a client that still sends would lose the
        # answer.
        self._deadline = self.loop.call_later(LINGER_SECONDS, self.transport.abort)


def _handshake_problem(method: bytes, headers: dict[bytes, bytes]) -> str | None:
    if method != b"GET":
        return "a WebSocket handshake is a GET"
    if headers.get(b"sec-websocket-version") != b"13":
        return "the WebSocket handshake needs 'Sec-WebSocket-Version: 13'"
    if _NONCE.fullmatch(headers.get(b"sec-websocket-key", b"")) is None:
        return "the WebSocket handshake needs a 'Sec-WebSocket-Key' of 16 bytes in base64"
    return None
