"""A handler object of the user's own making, held to the promises of the port."""

from __future__ import annotations

import asyncio

from pytest_tavus.clock import Clock
from pytest_tavus.handler.call.faults import broke_protocol, crashed, late
from pytest_tavus.handler.call.port import CallRef, Handler
from pytest_tavus.handler.call.timing import Stopwatch
from pytest_tavus.wire import HttpExchange, HttpFault, HttpRequest


class OwnHandler:
    """Passes requests on. Whoever made the handler closes it."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    async def send(
        self, request: HttpRequest, *, call: CallRef, within: float, clock: Clock
    ) -> HttpExchange:
        """Pass one request on, and tell what the handler raises or how late it is."""
        watch, limit = Stopwatch(clock, within), asyncio.timeout(within)
        try:
            async with limit:
                exchange = await self._handler.send(request, call=call, within=within, clock=clock)
            fault = _not_an_exchange(exchange)
            if fault is None:
                return exchange
        except (KeyboardInterrupt, asyncio.CancelledError):
            raise
        except BaseException as error:  # noqa: BLE001 - a fault, `pytest.fail` too
            fault = late(within) if limit.expired() else crashed(error)
        return HttpExchange(request=request, fault=fault, seconds=watch.seconds())

    async def close(self) -> None:
        """Leave the handler as it is."""


def _not_an_exchange(returned: object) -> HttpFault | None:
    if isinstance(returned, HttpExchange):
        return None
    return broke_protocol(f"returned {type(returned).__name__!r} and not an HttpExchange")
