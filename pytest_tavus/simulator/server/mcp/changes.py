"""Notifies MCP clients of changes to the list of tools, in both eras of the protocol.

A client of the present era requests a stream of changes (`subscriptions/listen`). A client of an
earlier era opens a stream with GET. The SDK offers no such stream for a server without sessions, so
this module implements it.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager, suppress

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ToolsListChanged
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_CHANGED = json.dumps({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"})
_FRAME = f"event: message\r\ndata: {_CHANGED}\r\n\r\n".encode()
_OPENED = b": open\r\n\r\n"
_UNREAD = 16
"""Notifications queued per client. They are all equal, so further ones are dropped."""

_MOST_STREAMS = 1024
"""Open streams of an earlier era: as many as the SDK allows of the present era."""


class ChangeStreams:
    """The open streams of both eras."""

    def __init__(self) -> None:
        self._bus = InMemorySubscriptionBus()
        self._streams: set[MemoryObjectSendStream[bytes]] = set()
        self.listen = ListenHandler(self._bus)

    async def publish(self) -> None:
        """Notify every listening client. Does not wait for clients that do not read."""
        for stream in tuple(self._streams):
            with suppress(anyio.WouldBlock):
                stream.send_nowait(_FRAME)
        await self._bus.publish(ToolsListChanged())

    def end(self) -> None:
        self.listen.close()
        while self._streams:
            self._streams.pop().close()

    @contextmanager
    def open_stream(self) -> Generator[MemoryObjectReceiveStream[bytes]]:
        """Open a stream of an earlier era, which yields later notifications as SSE frames."""
        send, receive = anyio.create_memory_object_stream[bytes](_UNREAD)
        send.send_nowait(_OPENED)
        self._streams.add(send)
        try:
            with send, receive:
                yield receive
        finally:
            self._streams.discard(send)

    @property
    def is_full(self) -> bool:
        """Whether further clients of an earlier era are refused."""
        return len(self._streams) >= _MOST_STREAMS


class EarlierEraStream:
    """Middleware that answers the GET of an earlier era with a stream of changes."""

    def __init__(self, app: ASGIApp, *, changes: ChangeStreams) -> None:
        self._app = app
        self._changes = changes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _wants_a_stream(Request(scope)):
            await self._app(scope, receive, send)
            return
        if self._changes.is_full:
            await Response(f"{_MOST_STREAMS} clients listen already.", 503)(scope, receive, send)
            return
        headers = {"Cache-Control": "no-cache, no-transform"}
        with self._changes.open_stream() as frames:
            answer = StreamingResponse(frames, media_type="text/event-stream", headers=headers)
            await answer(scope, receive, send)


def _wants_a_stream(request: Request) -> bool:
    version = request.headers.get("mcp-protocol-version", HANDSHAKE_PROTOCOL_VERSIONS[-1])
    return (
        request.method == "GET"
        and version in HANDSHAKE_PROTOCOL_VERSIONS
        and "text/event-stream" in request.headers.get("accept", "")
    )
