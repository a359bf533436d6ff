"""Calls an ASGI application in this process, without a socket and without a client."""

from __future__ import annotations

import asyncio
from functools import lru_cache

from pytest_tavus.clock import Clock
from pytest_tavus.handler.asgi.call import AsgiApp, AsgiCall, http_scope
from pytest_tavus.handler.asgi.lifespan import Lifespan
from pytest_tavus.handler.call.address import ADDRESSES, parse_address
from pytest_tavus.handler.call.crashlog import CrashLog
from pytest_tavus.handler.call.faults import timeout_fault, unmapped_fault
from pytest_tavus.handler.call.port import CallRef
from pytest_tavus.handler.call.timing import Stopwatch
from pytest_tavus.wire import HttpExchange, HttpRequest

_SETTLING = 0.25
"""Seconds to wait for background work after a response. It continues after that."""

_DISCONNECT_GRACE = 0.05
"""Seconds between a disconnect and the cancellation of a request that was given up."""

_CLOSE_GRACE = 2.0
"""Seconds for late requests and for background work when the handler is closed."""


class AsgiHandler:
    """A started ASGI application. :func:`start_asgi` makes it."""

    def __init__(self, app: AsgiApp, lifespan: Lifespan) -> None:
        self._app = app
        self._lifespan = lifespan
        self._parse_address = lru_cache(ADDRESSES)(parse_address)
        self._log = CrashLog()
        self._log.install()
        self._tasks: set[asyncio.Task[None]] = set()

    async def send(
        self,
        request: HttpRequest,
        *,
        call: CallRef,  # noqa: ARG002 - the port's; an application does not see it
        within: float,
        clock: Clock,
    ) -> HttpExchange:
        """Call the application with one request.

        The exchange ends with the last byte of the response, as on a socket. `send` returns when
        the application has returned too, or after a grace period for its background work.
        """
        target = self._parse_address(request.url)
        if target is None:
            return HttpExchange(request=request, fault=unmapped_fault(request.url))
        watch = Stopwatch(clock, within)
        asgi = AsgiCall(request)
        scope = http_scope(request, target, dict(self._lifespan.state))
        task = asyncio.create_task(asgi.run(self._app, scope))
        self._tasks.add(task)
        task.add_done_callback(self._discard_task)
        # Like a client, disconnect from a slow application, which may still return by itself.
        alarm = asyncio.get_running_loop().call_later(within, asgi.disconnect)
        try:
            in_time = await asgi.answered
        except asyncio.CancelledError:
            await _cancel_request(asgi, task)
            raise
        finally:
            alarm.cancel()
        seconds = watch.seconds()
        if not in_time or watch.is_late():
            return HttpExchange(request=request, fault=timeout_fault(within), seconds=seconds)
        if not task.done():
            await asyncio.wait({task}, timeout=_SETTLING)
        response, fault = asgi.result()
        return HttpExchange(request=request, response=response, fault=fault, seconds=seconds)

    def _discard_task(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            # An interrupt has ended the run already; asyncio would log it as never retrieved.
            task.exception()

    async def close(self) -> None:
        """Wait for requests that still run, then shut the application down.

        Raises:
            HandlerError: the application's shut-down failed.

        """
        if self._tasks:
            _, running = await asyncio.wait(self._tasks, timeout=_CLOSE_GRACE)
            for task in running:
                task.cancel()
            if running:
                await asyncio.wait(running, timeout=_CLOSE_GRACE)
        try:
            await self._lifespan.stop()
        finally:
            self._log.remove()


async def start_asgi(app: AsgiApp, *, within: float) -> AsgiHandler:
    """Run the application's start-up.

    Raises:
        HandlerError: the start-up failed, or took longer than `within` seconds.

    """
    lifespan = Lifespan(app)
    await lifespan.start(within)
    return AsgiHandler(app, lifespan)


async def _cancel_request(asgi: AsgiCall, task: asyncio.Task[None]) -> None:
    # An application that waits for the disconnect gets the chance to return by itself.
    asgi.disconnect()
    _, running = await asyncio.wait({task}, timeout=_DISCONNECT_GRACE)
    if running:
        task.cancel()
        await asyncio.wait(running, timeout=_SETTLING)
