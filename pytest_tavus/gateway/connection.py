"""One HTTP/1.1 connection to a handler. Carries one exchange at a time.

It is h11 on a bare socket, and not a client: nothing is followed, kept, decoded or added, the
handler sees the very bytes the platform would send, and it is known whether a byte came back.
"""

from __future__ import annotations

import asyncio
import select
import socket
from typing import Any, cast

import h11

from pytest_tavus.gateway.faults import SIZE_LIMIT, connection_fault, too_large
from pytest_tavus.wire import HttpFault, HttpResponse

_HEAD_LIMIT = 256 * 1024
"""Bytes of status line and headers."""

_END = h11.EndOfMessage()

_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)
"""Linux: acknowledge at once. A server that writes head and body apart, with Nagle's algorithm on,
otherwise waits 40 ms for our acknowledgement in every exchange."""


class BrokenExchangeError(Exception):
    """An exchange that came to no response."""

    def __init__(self, fault: HttpFault, *, unseen: bool = False) -> None:
        super().__init__(fault.message)
        self.fault = fault
        self.unseen = unseen
        "The connection was closed without a byte, as happens to one that was kept for too long."


class Connection(asyncio.Protocol):
    """A connection, from being made to being lost."""

    def __init__(self) -> None:
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD_LIMIT)
        self._transport: asyncio.Transport | None = None
        self._socket: Any = None
        self._readable = select.poll()
        self._answer: asyncio.Future[HttpResponse] | None = None
        self._head: h11.Response | None = None
        self._chunks: list[bytes] = []
        self._size = 0
        self.begun = False
        "A byte of the current response is there."

        self.served = 0
        "Exchanges this connection has carried."

    @property
    def usable(self) -> bool:
        """Whether another exchange can be begun: the handler has not closed its end."""
        if self._transport is None or self._transport.is_closing():
            return False
        return not self._readable.poll(0)

    async def exchange(self, request: h11.Request, body: bytes) -> HttpResponse:
        """Send one request and return the whole response.

        Raises:
            BrokenExchangeError: there is none.

        """
        self._answer = asyncio.get_running_loop().create_future()
        self._head, self._chunks, self._size, self.begun = None, [], 0, False
        try:
            sent = (self._h11.send(part) for part in _parts(request, body))
            self._write(b"".join(part for part in sent if part))
            return await self._answer
        finally:
            if not self._answer.done() or self._answer.cancelled() or self._answer.exception():
                self.abort()

    def abort(self) -> None:
        """Close the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)
        self._socket = transport.get_extra_info("socket")
        self._readable.register(self._socket.fileno(), select.POLLIN)

    def data_received(self, data: bytes) -> None:
        """Take what the handler sent."""
        if self._answer is None or self._answer.done():
            self.abort()  # bytes nobody asked for: the next response could not be told from them
            return
        self.begun = True
        self._feed(data)
        self._acknowledge()

    def eof_received(self) -> None:
        """Take the end of what the handler sends, which may be the end of the response."""
        if self._answer is not None and not self._answer.done():
            self._feed(b"")

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the protocol's
        """Fail the exchange that was under way."""
        if self._answer is not None and not self._answer.done():
            self._cut_off()

    def _write(self, data: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            self._cut_off()
            return
        self._acknowledge()
        self._transport.write(data)

    def _acknowledge(self) -> None:
        if _QUICKACK is not None and self._transport and not self._transport.is_closing():
            self._socket.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)

    def _feed(self, data: bytes) -> None:
        try:
            self._h11.receive_data(data)
            while self._take(self._h11.next_event()):
                pass
        except h11.RemoteProtocolError as error:
            if data:
                self._fail(connection_fault(f"the handler's answer is not HTTP: {error}"))
            else:
                self._cut_off()

    def _take(self, event: object) -> bool:
        """Take one event; return whether more may follow."""
        if isinstance(event, h11.Response):
            self._head = event
        elif isinstance(event, h11.Data):
            self._size += len(event.data)
            self._chunks.append(bytes(event.data))
            if self._size > SIZE_LIMIT:
                self._fail(too_large())
                return False
        elif isinstance(event, h11.EndOfMessage):
            self._complete()
            return False
        return isinstance(event, h11.InformationalResponse | h11.Response | h11.Data)

    def _complete(self) -> None:
        if self._answer is not None and self._head is not None:
            self._answer.set_result(_response(self._head, self._chunks))
        self._head, self._chunks = None, []
        self.served += 1
        if self._h11.our_state is h11.DONE and self._h11.their_state is h11.DONE:
            self._h11.start_next_cycle()
        if self._h11.our_state is not h11.IDLE or self._h11.trailing_data[0]:
            self.abort()

    def _cut_off(self) -> None:
        where = "in the middle of its answer" if self.begun else "without answering"
        fault = connection_fault(f"the handler closed the connection {where}")
        self._fail(fault, unseen=not self.begun)

    def _fail(self, fault: HttpFault, *, unseen: bool = False) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(BrokenExchangeError(fault, unseen=unseen))


def _response(head: h11.Response, chunks: list[bytes]) -> HttpResponse:
    headers = [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in head.headers.raw_items()
    ]
    return HttpResponse(status=head.status_code, headers=tuple(headers), body=b"".join(chunks))


def _parts(request: h11.Request, body: bytes) -> list[h11.Event]:
    return [request, h11.Data(data=body), _END] if body else [request, _END]
