"""A bounded set of threads for code that blocks.

Unlike those of :mod:`concurrent.futures`, these are daemons: a handler that never returns must not
keep the interpreter from ending.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from queue import SimpleQueue

from pytest_tavus.output import bind_output

Work = Callable[[], None]
"""Keeps its own result and does not raise."""


class Threads:
    """Runs functions, each in a context of its own, in at most `limit` threads at a time."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._slots = asyncio.Semaphore(limit)
        self._jobs: SimpleQueue[Work | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._busy = 0

    async def acquire_slot(self, within: float) -> bool:
        """Wait until a thread is free; `False` if none was within so many seconds."""
        try:
            async with asyncio.timeout(within):
                await self._slots.acquire()
        except TimeoutError:
            return False
        return True

    def run(self, work: Work) -> asyncio.Event:
        """Run `work`, for which :meth:`enter` has made room.

        The event is set when it has returned. The room is taken until then, however long that is.
        """
        loop, done = asyncio.get_running_loop(), asyncio.Event()

        spoken = bind_output(work)

        def job() -> None:
            try:
                spoken()
            finally:
                self._notify(loop, done)

        self._busy += 1
        if self._busy > len(self._threads):
            self._grow()
        self._jobs.put(job)
        return done

    async def close(self, *, within: float) -> None:
        """End the threads; those still at work after so many seconds end with their work."""
        threads, self._threads = self._threads, []
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
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
            return  # the loop was closed while work that had been given up went on

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
