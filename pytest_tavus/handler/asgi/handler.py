"""An ASGI application in this process: called directly, without a socket or a client."""

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
"""Seconds that background work after a response is waited for. It goes on after that."""

_PARTING = 0.05
"""Seconds between hanging up on an application and ending its request, when nobody waits for it."""

_PATIENCE = 2.0
"""Seconds for requests that were given up, and for background work, when the handler is closed."""


class AsgiHandler:
    """A started ASGI application. Made by :func:`start_asgi`."""

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

        The exchange is over with the last byte of the response, as on a socket; the call returns
        when the application has returned too, or has been given a moment for it.
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
        # Hung up on when it is too slow, as by a client; it may still come to its own end.
        alarm = asyncio.get_running_loop().call_later(within, asgi.disconnect)
        try:
            in_time = await asgi.answered
        except asyncio.CancelledError:
            await _end(asgi, task)
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
            task.exception()  # an interrupt: it has ended the run, and need not be logged as well

    async def close(self) -> None:
        """Let what still runs come to its end, then shut the application down.

        Raises:
            HandlerError: the application's shut-down failed.

        """
        if self._tasks:
            _, running = await asyncio.wait(self._tasks, timeout=_PATIENCE)
            for task in running:
                task.cancel()
            if running:
                await asyncio.wait(running, timeout=_PATIENCE)
        try:
            await self._lifespan.stop()
        finally:
            self._log.remove()


async def start_asgi(app: AsgiApp, *, within: float) -> AsgiHandler:
    """Run the application's start-up and return it ready for requests.

    Raises:
        HandlerError: the start-up failed, or took longer than `within` seconds.

    """
    lifespan = Lifespan(app)
    await lifespan.start(within)
    return AsgiHandler(app, lifespan)


async def _end(asgi: AsgiCall, task: asyncio.Task[None]) -> None:
    """End a request of a conversation that was given up: nobody will ask what became of it.

    An application that hears the hang-up returns by itself.
    """
    asgi.disconnect()
    _, running = await asyncio.wait({task}, timeout=_PARTING)
    if running:
        task.cancel()
        await asyncio.wait(running, timeout=_SETTLING)
