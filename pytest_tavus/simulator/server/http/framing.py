"""What is read of one connection: small pieces, few requests ahead, and no tiny chunks."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.flow_control import FlowControl

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
