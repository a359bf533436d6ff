"""Requests that leave the server: callbacks, and calls of tools whose URL is on this machine.

Requests to other machines are refused, because one of them could reach a production system.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pytest_tavus.clock import Clock, RealClock
from pytest_tavus.handler.call.address import is_loopback, parse_address, parse_base_address
from pytest_tavus.handler.call.port import CallRef
from pytest_tavus.handler.http.handler import RemoteHandler
from pytest_tavus.simulator.rooms.callbacks import CallbackTransport
from pytest_tavus.simulator.rooms.tasks import Tasks
from pytest_tavus.simulator.server.http.answers import json_bytes
from pytest_tavus.simulator.server.oauth.terms import Note
from pytest_tavus.wire import HttpExchange, HttpFault, HttpRequest

CALLBACK_SECONDS = 10.0
"""How long the receiver of a callback may take to answer."""

# A callback belongs to no call of a tool, and a handler requires the identity of a call.
_NO_CALL: Final = CallRef(conversation_id="", call_id="", tool="")
_JSON = (("content-type", "application/json"), ("user-agent", "pytest-tavus"))


class Loopback:
    """Sends requests to servers of this machine, and keeps the connections open."""

    def __init__(self) -> None:
        self._servers: dict[str, RemoteHandler] = {}

    async def send(
        self, request: HttpRequest, *, call: CallRef, within: float, clock: Clock
    ) -> HttpExchange:
        """Send a request. A URL of another machine gives a fault and no exception."""
        address = parse_address(request.url)
        if address is None or not is_loopback(address.host):
            url = request.url.partition("?")[0]  # a query may hold secrets
            message = (
                f"the simulator calls this machine only, not {url!r}: configure a handler, or use "
                "a URL on 127.0.0.1"
            )
            return HttpExchange(request=request, fault=HttpFault(kind="unmapped", message=message))
        origin = address.origin
        server = self._servers.get(origin)
        if server is None:
            server = self._servers[origin] = RemoteHandler(parse_base_address(origin))
        return await server.send(request, call=call, within=within, clock=clock)

    async def close(self) -> None:
        """Close every connection. The next request opens a new one."""
        servers, self._servers = self._servers, {}
        for server in servers.values():
            await server.close()


class LoopbackCallbacks:
    """Sends callbacks, and notes in the journal whether each of them arrived."""

    def __init__(self, loopback: Loopback, *, note: Note) -> None:
        self._loopback = loopback
        self._note = note

    async def send(self, url: str, body: bytes, *, within: float) -> str | None:
        """Send a callback; return why it did not arrive, or `None` if it did."""
        problem = await self._try_send(url, body, within)
        if problem is None:
            self._note("callback.sent", {"url": url})
        else:
            self._note("callback.failed", {"url": url, "problem": problem})
        return problem

    async def _try_send(self, url: str, body: bytes, within: float) -> str | None:
        request = HttpRequest(method="POST", url=url, headers=_JSON, body=body)
        exchange = await self._loopback.send(
            request, call=_NO_CALL, within=within, clock=RealClock()
        )
        if exchange.fault is not None:
            return exchange.fault.message
        if exchange.response is None or exchange.response.status >= 400:
            return f"the receiver answered with {exchange.response and exchange.response.status}"
        return None

    async def close(self) -> None:
        await self._loopback.close()


class AccountCallbacks:
    """Sends the account's own callbacks, such as those of documents, in the background."""

    def __init__(self, sender: CallbackTransport) -> None:
        self._sender = sender
        self._tasks = Tasks()

    def send(self, url: str, body: Mapping[str, object]) -> None:
        """Send a body to a `callback_url`. Returns at once, and never raises."""
        self._tasks.spawn(self._send(url, body))

    async def close(self) -> None:
        """Cancel callbacks that were not answered yet."""
        await self._tasks.cancel()

    async def _send(self, url: str, body: Mapping[str, object]) -> None:
        await self._sender.send(url, json_bytes(body), within=CALLBACK_SECONDS)
