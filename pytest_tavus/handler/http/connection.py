"""One HTTP/1.1 connection to a handler. Carries one exchange at a time.

It is a bare socket, and not a client: nothing is followed, kept, decoded or added, the
handler sees the very bytes the platform would send, and it is known whether a byte came back.
"""

from __future__ import annotations

import asyncio
import select
import socket
from typing import Any, cast

from pytest_tavus.handler.call.faults import SIZE_LIMIT, broken_off, too_large
from pytest_tavus.handler.http.answer import NotHttpError, PartialResponse
from pytest_tavus.wire import HttpFault, HttpResponse

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
        self._transport: asyncio.Transport | None = None
        self._socket: Any = None
        self._readable = select.poll()
        self._answer: asyncio.Future[HttpResponse] | None = None
        self._reading = PartialResponse(to_head=False)
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

    async def exchange(self, request: bytes, *, to_head: bool) -> HttpResponse:
        """Send one request, head and body, and return the whole response.

        Raises:
            BrokenExchangeError: there is none.

        """
        self._answer = asyncio.get_running_loop().create_future()
        self._reading, self.begun = PartialResponse(to_head=to_head), False
        try:
            self._write(request)
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
            self._reading.end()
            self._go_on()
            self._cut_off()

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
            self._reading.feed(data)
        except NotHttpError as error:
            self._fail(broken_off(f"the handler's answer is not HTTP: {error}"))
        else:
            self._go_on()

    def _go_on(self) -> None:
        """Hand over the response if it is complete."""
        if self._reading.size > SIZE_LIMIT:
            self._fail(too_large())
        elif self._reading.complete and self._answer is not None:
            self._answer.set_result(self._reading.response())
            self.served += 1
            if self._reading.surplus or not self._reading.lasting:
                self.abort()

    def _cut_off(self) -> None:
        where = "in the middle of its answer" if self.begun else "without answering"
        fault = broken_off(f"the handler closed the connection {where}")
        self._fail(fault, unseen=not self.begun)

    def _fail(self, fault: HttpFault, *, unseen: bool = False) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(BrokenExchangeError(fault, unseen=unseen))
