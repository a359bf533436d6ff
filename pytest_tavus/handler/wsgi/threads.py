"""A bounded pool of threads for blocking code.

Unlike the threads of :mod:`concurrent.futures`, these are daemons, because a handler that never
returns must not keep the interpreter alive.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from queue import SimpleQueue

from pytest_tavus.output import bind_output

Work = Callable[[], None]
"""A function that keeps its own result and does not raise."""


class Threads:
    """Runs functions, each in a context of its own, in at most `limit` threads at a time."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._slots = asyncio.Semaphore(limit)
        self._jobs: SimpleQueue[Work | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._busy = 0

    async def acquire_slot(self, within: float) -> bool:
        """Wait for a free thread; return `False` if none is free within so many seconds."""
        try:
            async with asyncio.timeout(within):
                await self._slots.acquire()
        except TimeoutError:
            return False
        return True

    def run(self, work: Work) -> asyncio.Event:
        """Run `work` in the slot that :meth:`acquire_slot` reserved.

        The event is set when `work` has returned, however late; the slot is taken until then.
        """
        loop, done = asyncio.get_running_loop(), asyncio.Event()
        captured = bind_output(work)

        def job() -> None:
            try:
                captured()
            finally:
                self._notify(loop, done)

        self._busy += 1
        if self._busy > len(self._threads):
            self._grow()
        self._jobs.put(job)
        return done

    async def close(self, *, within: float) -> None:
        """End the threads. After `within` seconds, busy threads end with their work instead."""
        threads, self._threads = self._threads, []
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                # All slots are free when no work runs any more.
                for _ in range(self.limit if threads else 0):
                    await self._slots.acquire()
        for _ in threads:
            self._jobs.put(None)
        for thread in threads if self._busy == 0 else ():
            thread.join(within)

    def _notify(self, loop: asyncio.AbstractEventLoop, done: asyncio.Event) -> None:
        try:
            loop.call_soon_threadsafe(self._release_slot, done)
        except RuntimeError:
            return  # the loop was closed while the work of a cancelled request went on

    def _release_slot(self, done: asyncio.Event) -> None:
        self._busy -= 1
        self._slots.release()
        done.set()

    def _grow(self) -> None:
        name = f"tavus-handler-{len(self._threads)}"
        thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
