"""One event loop in the background, on which all conversations of a process are held.

A pytest item is synchronous and a user's own test may be running a loop of its own; neither
should matter to a conversation or to a handler that lives longer than one test.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

CLOSING_SECONDS = 5.0
"""How long closing waits for what is still running after it was cancelled."""


class BackgroundLoop:
    """An event loop in a daemon thread, started at once."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="pytest-tavus", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.close()

    def submit(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Start a coroutine on the loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop and wait for it from this thread.

        An interrupt cancels the work and lets it clean up before it is raised.
        """
        future = self.submit(work)
        try:
            return future.result()
        except BaseException:
            if not future.done():
                future.cancel()
                concurrent.futures.wait([future], timeout=CLOSING_SECONDS)
            raise

    def close(self) -> None:
        """Cancel what is still running, then end the loop and its thread. May be called twice."""
        if self._loop.is_closed() or not self._thread.is_alive():
            return
        self.submit(_drain()).result(timeout=2 * CLOSING_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=CLOSING_SECONDS)


async def _drain() -> None:
    current = asyncio.current_task()
    pending = [task for task in asyncio.all_tasks() if task is not current]
    for task in pending:
        task.cancel()
    if pending:
        await asyncio.wait(pending, timeout=CLOSING_SECONDS)
    loop = asyncio.get_running_loop()
    await loop.shutdown_asyncgens()
    await loop.shutdown_default_executor()
