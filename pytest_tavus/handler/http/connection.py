"""One HTTP/1.1 connection to a handler. Carries one exchange at a time.

It is a bare socket, and not a client: nothing is followed, kept, decoded or added, the
handler sees the very bytes the platform would send, and it is known whether a byte came back.
"""

from __future__ import annotations

import asyncio
import select
import socket
from typing import Any, cast

from pytest_tavus.handler.call.faults import SIZE_LIMIT, broken_fault, too_large_fault
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
        self.unanswered = unseen
        "The connection was closed without a byte, as happens to one that was kept for too long."


class Connection(asyncio.Protocol):
    """A connection, from being made to being lost."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._socket: Any = None
        self._poll = select.poll()
        self._answer: asyncio.Future[HttpResponse] | None = None
        self._partial_response = PartialResponse(to_head=False)
        self.response_started = False
        "A byte of the current response is there."

        self.exchange_count = 0
        "Exchanges this connection has carried."

    @property
    def usable(self) -> bool:
        """Whether another exchange can be begun: the handler has not closed its end."""
        if self._transport is None or self._transport.is_closing():
            return False
        return not self._poll.poll(0)

    async def exchange(self, request: bytes, *, to_head: bool) -> HttpResponse:
        """Send one request, head and body, and return the whole response.

        Raises:
            BrokenExchangeError: there is none.

        """
        self._answer = asyncio.get_running_loop().create_future()
        self._partial_response, self.response_started = PartialResponse(to_head=to_head), False
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
        self._poll.register(self._socket.fileno(), select.POLLIN)

    def data_received(self, data: bytes) -> None:
        """Take what the handler sent."""
        if self._answer is None or self._answer.done():
            self.abort()  # bytes nobody asked for: the next response could not be told from them
            return
        self.response_started = True
        self._feed(data)
        self._acknowledge()

    def eof_received(self) -> None:
        """Take the end of what the handler sends, which may be the end of the response."""
        if self._answer is not None and not self._answer.done():
            self._partial_response.end()
            self._deliver_if_complete()
            self._fail_disconnected()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the protocol's
        """Fail the exchange that was under way."""
        if self._answer is not None and not self._answer.done():
            self._fail_disconnected()

    def _write(self, data: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            self._fail_disconnected()
            return
        self._acknowledge()
        self._transport.write(data)

    def _acknowledge(self) -> None:
        if _QUICKACK is not None and self._transport and not self._transport.is_closing():
            self._socket.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)

    def _feed(self, data: bytes) -> None:
        try:
            self._partial_response.feed(data)
        except NotHttpError as error:
            self._fail(broken_fault(f"the handler's answer is not HTTP: {error}"))
        else:
            self._deliver_if_complete()

    def _deliver_if_complete(self) -> None:
        """Hand over the response if it is complete."""
        if self._partial_response.size > SIZE_LIMIT:
            self._fail(too_large_fault())
        elif self._partial_response.complete and self._answer is not None:
            self._answer.set_result(self._partial_response.response())
            self.exchange_count += 1
            if self._partial_response.surplus or not self._partial_response.keep_alive:
                self.abort()

    def _fail_disconnected(self) -> None:
        where = "in the middle of its answer" if self.response_started else "without answering"
        fault = broken_fault(f"the handler closed the connection {where}")
        self._fail(fault, unseen=not self.response_started)

    def _fail(self, fault: HttpFault, *, unseen: bool = False) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(BrokenExchangeError(fault, unseen=unseen))
