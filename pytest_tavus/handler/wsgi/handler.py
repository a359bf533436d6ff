"""Calls a WSGI application in a thread of this process, without a socket and without a client."""

from __future__ import annotations

import asyncio

from pytest_tavus.clock import Clock
from pytest_tavus.handler.call.address import parse_address
from pytest_tavus.handler.call.crashlog import CrashLog
from pytest_tavus.handler.call.faults import no_thread_fault, timeout_fault, unmapped_fault
from pytest_tavus.handler.call.port import CallRef
from pytest_tavus.handler.call.timing import Stopwatch
from pytest_tavus.handler.wsgi.call import WsgiApp, WsgiCall
from pytest_tavus.handler.wsgi.threads import Threads
from pytest_tavus.wire import HttpExchange, HttpRequest

_THREADS = 32
"""Concurrent requests to one application. The deadline of a further request starts later."""

_CLOSE_GRACE = 2.0
"""Seconds for late requests when the handler is closed."""


class WsgiHandler:
    """A WSGI application. It has no start-up; threads start with its requests."""

    def __init__(self, app: WsgiApp, *, threads: int = _THREADS) -> None:
        self._app = app
        self._threads = Threads(threads)
        self._close_grace = _CLOSE_GRACE
        self._log = CrashLog()
        self._log.install()

    async def send(
        self,
        request: HttpRequest,
        *,
        call: CallRef,  # noqa: ARG002 - the port's; an application does not see it
        within: float,
        clock: Clock,
    ) -> HttpExchange:
        """Call the application with one request.

        The thread of a late request runs on, because Python cannot end a thread. After a
        cancellation, `close` does not wait for running requests.
        """
        target = parse_address(request.url)
        if target is None:
            return HttpExchange(request=request, fault=unmapped_fault(request.url))
        if not await self._threads.acquire_slot(within):
            return HttpExchange(request=request, fault=no_thread_fault(self._threads.limit, within))
        watch = Stopwatch(clock, within)
        wsgi = WsgiCall(request, target)
        try:
            in_time = await _wait_done(self._threads.run(lambda: wsgi.run(self._app)), within)
        except asyncio.CancelledError:
            self._close_grace = 0.0
            raise
        seconds = watch.seconds()
        if not in_time:
            return HttpExchange(request=request, fault=timeout_fault(within), seconds=seconds)
        response, fault = wsgi.result()
        return HttpExchange(request=request, response=response, fault=fault, seconds=seconds)

    async def close(self) -> None:
        """End the threads. A thread that still works on a late request is left behind."""
        self._log.remove()
        await self._threads.close(within=self._close_grace)


async def _wait_done(done: asyncio.Event, within: float) -> bool:
    try:
        async with asyncio.timeout(within):
            await done.wait()
    except TimeoutError:
        return False
    return True
