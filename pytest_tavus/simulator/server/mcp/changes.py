"""Tells MCP clients that the list of tools has changed, in the two ways in which they listen.

A client of the present era asks for a stream of changes (`subscriptions/listen`). One of an earlier
era opens a stream with GET and hears whatever the server has to say; the SDK has no such stream for
a server without sessions, so it is here.
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
"""Changes that wait for a client that does not read. All say the same, so more need not wait."""

_MOST = 1024
"""Streams of an earlier era at a time; as many as the SDK allows of the present one."""


class ChangeStreams:
    """Every open stream, of either era."""

    def __init__(self) -> None:
        self._bus = InMemorySubscriptionBus()
        self._streams: set[MemoryObjectSendStream[bytes]] = set()
        self.listen = ListenHandler(self._bus)

    async def publish(self) -> None:
        """Tell every client that listens."""
        for stream in tuple(self._streams):
            with suppress(anyio.WouldBlock):
                stream.send_nowait(_FRAME)
        await self._bus.publish(ToolsListChanged())

    def end(self) -> None:
        """End every stream."""
        self.listen.close()
        while self._streams:
            self._streams.pop().close()

    @contextmanager
    def open_stream(self) -> Generator[MemoryObjectReceiveStream[bytes]]:
        """Open a stream of an earlier era. What is published meanwhile will be in it."""
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
        """Whether so many clients of an earlier era listen that no more are let in."""
        return len(self._streams) >= _MOST


class EarlierEraStream:
    """Answers the GET of an earlier era with a stream of changes; all else is the app's."""

    def __init__(self, app: ASGIApp, *, changes: ChangeStreams) -> None:
        self._app = app
        self._changes = changes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if not _wants_a_stream(Request(scope)):
            await self._app(scope, receive, send)
            return
        if self._changes.is_full:
            await Response(f"{_MOST} clients listen already.", 503)(scope, receive, send)
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
