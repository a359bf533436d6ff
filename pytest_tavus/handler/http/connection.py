"""One HTTP/1.1 connection to a handler, for one exchange at a time.

The connection is a bare socket and not a client, which would follow redirects, keep cookies, decode
bodies and add headers. The handler receives the very bytes that Tavus would send.
"""

from __future__ import annotations

import asyncio
import select
import socket
from typing import cast

from pytest_tavus.handler.call.faults import SIZE_LIMIT, broken_fault, too_large_fault
from pytest_tavus.handler.http.answer import NotHttpError, PartialResponse
from pytest_tavus.wire import HttpFault, HttpResponse

_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)
"""Linux: acknowledge at once. A server that writes head and body apart, with Nagle's algorithm on,
otherwise waits 40 ms for the acknowledgement in every exchange."""


class BrokenExchangeError(Exception):
    """An exchange without a complete response."""

    def __init__(self, fault: HttpFault, *, unanswered: bool = False) -> None:
        super().__init__(fault.message)
        self.fault = fault
        self.unanswered = unanswered
        "The connection was closed without a byte, as servers close one that is idle for too long."


class Connection(asyncio.Protocol):
    """A connection: the protocol of an asyncio transport."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._socket: socket.socket | None = None
        self._poll = select.poll()
        self._answer: asyncio.Future[HttpResponse] | None = None
        self._partial_response = PartialResponse(to_head=False)
        self.response_started = False
        "A byte of the current response was received."

        self.exchange_count = 0
        "Exchanges that this connection has completed."

    @property
    def usable(self) -> bool:
        """Whether another exchange can start: the handler has not closed its end."""
        if self._transport is None or self._transport.is_closing():
            return False
        # The event loop may not have read the end of the connection yet; the socket knows.
        return not self._poll.poll(0)

    async def exchange(self, request: bytes, *, to_head: bool) -> HttpResponse:
        """Send one request, head and body, and return the whole response.

        Raises:
            BrokenExchangeError: there is no complete response.

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
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._socket = cast("socket.socket", transport.get_extra_info("socket"))
        self._poll.register(self._socket.fileno(), select.POLLIN)

    def data_received(self, data: bytes) -> None:
        if self._answer is None or self._answer.done():
            self.abort()  # unrequested bytes, which would be mistaken for the next response
            return
        self.response_started = True
        self._feed(data)
        self._acknowledge()

    def eof_received(self) -> None:
        """Complete a response that ends with the connection, and fail any other."""
        if self._answer is not None and not self._answer.done():
            self._partial_response.end()
            self._deliver_if_complete()
            self._fail_disconnected()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the protocol's
        if self._answer is not None and not self._answer.done():
            self._fail_disconnected()

    def _write(self, data: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            self._fail_disconnected()
            return
        self._acknowledge()
        self._transport.write(data)

    def _acknowledge(self) -> None:
        # The kernel switches the option off again by itself, so it is set at every turn.
        if _QUICKACK is None or self._transport is None or self._socket is None:
            return
        if not self._transport.is_closing():
            self._socket.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)

    def _feed(self, data: bytes) -> None:
        try:
            self._partial_response.feed(data)
        except NotHttpError as error:
            self._fail(broken_fault(f"the handler's answer is not HTTP: {error}"))
        else:
            self._deliver_if_complete()

    def _deliver_if_complete(self) -> None:
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
        self._fail(fault, unanswered=not self.response_started)

    def _fail(self, fault: HttpFault, *, unanswered: bool = False) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(BrokenExchangeError(fault, unanswered=unanswered))
