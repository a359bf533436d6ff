"""Starts each handler of a run once, shares it between scenarios, and ends all of them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Hashable, Mapping
from functools import partial
from pathlib import Path

from pytest_tavus.clock import Clock
from pytest_tavus.errors import HandlerError
from pytest_tavus.handler.call.port import CallRef, Handler, exit_of
from pytest_tavus.handler.front import add_canned_answers
from pytest_tavus.handler.open import import_app, start
from pytest_tavus.handler.source.source import (
    AppSource,
    CustomSource,
    ImportSource,
    Source,
    apply_override,
)
from pytest_tavus.scenario.values.model import HandlerSpec
from pytest_tavus.wire import HttpExchange, HttpRequest


class Lease:
    """The use of a shared handler by one scenario. To close the lease releases the handler."""

    def __init__(self, handler: Handler, release: Callable[[], Awaitable[None]]) -> None:
        self._handler = handler
        self._release = release
        self._open = True
        self._exit_reported = False
        "A fault of this scenario already reported that the handler ended by itself."

    async def send(
        self, request: HttpRequest, *, call: CallRef, within: float, clock: Clock
    ) -> HttpExchange:
        exchange = await self._handler.send(request, call=call, within=within, clock=clock)
        if exchange.fault is not None and await exit_of(self._handler) is not None:
            self._exit_reported = True
        return exchange

    async def close(self) -> None:
        """Release the handler. May be called twice.

        Raises:
            HandlerError: the handler ended by itself, or could not be ended after its last user.

        """
        if not self._open:
            return
        self._open, exited = False, None
        try:
            exited = None if self._exit_reported else await exit_of(self._handler)
        finally:
            await self._release()
        if exited is not None:
            raise exited


class _Entry:
    """One real handler of the run."""

    def __init__(self, source: Source) -> None:
        # The key may be an `id`, which Python gives to another object once this one is gone.
        self.source = source
        self.lock = asyncio.Lock()
        self.handler: Handler | None = None
        self.failure: HandlerError | None = None
        self.users = 0
        self.persistent = False
        "The handler stays until the end of the run, in use or not."


class HandlerPool:
    """Shares handlers between the scenarios of one event loop.

    Scenarios whose specs name the same real handler share it; each has its own canned answers. An
    application from the fixture `tavus_handler` lives only while a scenario uses it, so that its
    shut-down comes before that of the fixture.
    """

    def __init__(self, *, root: Path, environ: Mapping[str, str]) -> None:
        self._root = root
        self._environ = environ
        self._entries: dict[Hashable, _Entry] = {}
        self._apps: dict[ImportSource, AppSource | HandlerError] = {}
        self._fresh: set[Handler] = set()
        self._app_locks: dict[Hashable, asyncio.Lock] = {}

    async def acquire(self, spec: HandlerSpec, override: object | None = None) -> Handler:
        """Return a handler, started if no scenario uses it yet; the caller closes it.

        A start that failed once is not tried again. `fresh` always starts another handler; for an
        `app` without `factory` it starts the same application again.

        Raises:
            HandlerError: the handler cannot be started, or ended by itself since its start.

        """
        effective, source = apply_override(spec, override)
        if source is None:
            return add_canned_answers(effective, None)
        # Two import strings of one application share the key of the imported object.
        if isinstance(source, ImportSource) and not source.factory:
            source = await self._import_app(source)
        persistent = override is None or isinstance(override, str | HandlerSpec)
        if effective.fresh or isinstance(source, CustomSource):
            lock = self._app_locks.setdefault(source.key, asyncio.Lock()) if persistent else None
            return add_canned_answers(effective, await self._start_fresh(source, lock))
        handler = await self._acquire_shared(source, persistent=persistent)
        return add_canned_answers(effective, handler)

    async def close(self) -> None:
        """End every handler that was started. May be called twice.

        Raises:
            HandlerError: a handler could not be ended. All others are ended first.

        """
        handlers = [entry.handler for entry in self._entries.values() if entry.handler is not None]
        handlers += self._fresh
        self._entries.clear()
        self._fresh.clear()
        # An error of one handler must not keep the others from being ended.
        ended = await asyncio.gather(*(each.close() for each in handlers), return_exceptions=True)
        failures = [result for result in ended if isinstance(result, BaseException)]
        if failures:
            raise failures[0]

    async def _import_app(self, source: ImportSource) -> AppSource:
        known = self._apps.get(source)
        if known is None:
            try:
                known = await import_app(source, self._root)
            except HandlerError as error:
                known = error
            self._apps[source] = known
        if isinstance(known, HandlerError):
            raise _copy_error(known)
        return known

    async def _start_fresh(self, source: Source, lock: asyncio.Lock | None) -> Handler:
        async with contextlib.AsyncExitStack() as stack:
            # Scenarios start an application that exists only once one after the other.
            if lock is not None and isinstance(source, AppSource):
                await stack.enter_async_context(lock)
            handler = await start(source, root=self._root, environ=self._environ)
            self._fresh.add(handler)
            stack.push_async_callback(handler.close)
            stack.callback(self._fresh.discard, handler)
            return Lease(handler, stack.pop_all().aclose)

    async def _acquire_shared(self, source: Source, *, persistent: bool) -> Handler:
        entry = self._entries.get(source.key)
        if entry is None:
            entry = self._entries[source.key] = _Entry(source)
        entry.persistent |= persistent
        entry.users += 1
        try:
            handler = await self._ensure_started(entry)
        except BaseException:
            await self._release(entry)
            raise
        return Lease(handler, partial(self._release, entry))

    async def _release(self, entry: _Entry) -> None:
        entry.users -= 1
        if entry.persistent or entry.users:
            return
        async with entry.lock:
            if entry.users == 0:
                await self._end(entry)

    async def _end(self, entry: _Entry) -> None:
        # A scenario that arrives meanwhile waits for the lock and then starts the handler again.
        handler, entry.handler = entry.handler, None
        try:
            if handler is not None:
                await handler.close()
        finally:
            if entry.users == 0 and self._entries.get(entry.source.key) is entry:
                del self._entries[entry.source.key]

    async def _ensure_started(self, entry: _Entry) -> Handler:
        if entry.handler is not None:
            exited = await exit_of(entry.handler)
            if exited is not None:
                raise exited
            return entry.handler
        async with entry.lock:
            if entry.failure is not None:
                raise _copy_error(entry.failure)
            if entry.handler is None:
                try:
                    entry.handler = await start(
                        entry.source, root=self._root, environ=self._environ
                    )
                except HandlerError as error:
                    entry.failure = error
                    raise
            return entry.handler


def _copy_error(error: HandlerError) -> HandlerError:
    # An exception that is raised again and again collects a traceback each time.
    return HandlerError(error.message, detail=error.detail)
