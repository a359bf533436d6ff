"""Requests that leave the server: to this machine, and nowhere else.

Callbacks go out here, and calls of tools whose URL is on this machine. A simulator that reached
further would one day reach somebody's production.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

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
"""How long a receiver of a callback has to answer."""

_NOBODYS: Final = CallRef(conversation_id="", call_id="", tool="")
_JSON = (("content-type", "application/json"), ("user-agent", "pytest-tavus"))


class Loopback:
    """Sends requests to whatever of this machine their URL names, over connections it keeps."""

    def __init__(self) -> None:
        self._servers: dict[str, RemoteHandler] = {}

    async def send(
        self, request: HttpRequest, *, call: CallRef, within: float, clock: Clock
    ) -> HttpExchange:
        """Send a request; a URL of another machine is a fault."""
        place = parse_address(request.url)
        if place is None or not is_loopback(place.host):
            shown = request.url.partition("?")[0]
            message = (
                f"the simulator sends nothing to {shown!r}, which is not on this machine: name "
                "the handler that takes the calls, or use a URL of 127.0.0.1"
            )
            return HttpExchange(request=request, fault=HttpFault(kind="unmapped", message=message))
        server = self._servers.get(place.origin)
        if server is None:
            server = self._servers[place.origin] = RemoteHandler(parse_base_address(place.origin))
        return await server.send(request, call=call, within=within, clock=clock)

    async def close(self) -> None:
        """Close every connection."""
        servers, self._servers = self._servers, {}
        for server in servers.values():
            await server.close()


class LoopbackCallbacks:
    """Carries callbacks, and tells of each what became of it."""

    def __init__(self, loopback: Loopback, *, note: Note) -> None:
        self._loopback = loopback
        self._note = note

    async def send(self, url: str, body: bytes, *, within: float) -> str | None:
        """Send one; return why it did not arrive, `None` where it did."""
        problem = await self._try_send(url, body, within)
        if problem is None:
            self._note("callback.sent", {"url": url})
        else:
            self._note("callback.failed", {"url": url, "problem": problem})
        return problem

    async def _try_send(self, url: str, body: bytes, within: float) -> str | None:
        request = HttpRequest(method="POST", url=url, headers=_JSON, body=body)
        exchange = await self._loopback.send(
            request, call=_NOBODYS, within=within, clock=RealClock()
        )
        if exchange.fault is not None:
            return exchange.fault.message
        if exchange.response is None or exchange.response.status >= 400:
            return f"it was answered with {exchange.response and exchange.response.status}"
        return None

    async def close(self) -> None:
        """Close the connections; what is sent afterwards opens others."""
        await self._loopback.close()


class AccountCallbacks:
    """Sends the account's own callbacks, such as a document's, while the account goes on."""

    def __init__(self, sender: CallbackTransport) -> None:
        self._sender = sender
        self._tasks = Tasks()

    def send(self, url: str, body: Mapping[str, Any]) -> None:
        """Send a body to a `callback_url`. Returns at once, and never raises."""
        self._tasks.spawn(self._send(url, body))

    async def close(self) -> None:
        """Give up what is on its way."""
        await self._tasks.cancel()

    async def _send(self, url: str, body: Mapping[str, Any]) -> None:
        await self._sender.send(url, json_bytes(body), within=CALLBACK_SECONDS)
