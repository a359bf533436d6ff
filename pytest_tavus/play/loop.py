"""One event loop on which all conversations of a process are held.

A pytest item is synchronous and a user's own test may be running a loop of its own; neither
should matter to a conversation or to a handler that lives longer than one test. As long as all work
is waited for where it is started, the loop runs in the thread that waits, which costs a tenth of
handing it over; with the first work that is not, it moves to a thread of its own for good.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from pytest_tavus.errors import HandlerError

T = TypeVar("T")

CLOSING_SECONDS = 5.0
"""How long closing waits for what is still running after it was cancelled."""


class BackgroundLoop:
    """An event loop that is nobody's: it runs wherever it is waited for, or in the background."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread: threading.Thread | None = None
        self._turn = threading.Lock()

    @property
    def closed(self) -> bool:
        """Whether nothing can run on it any more."""
        return self._loop.is_closed()

    def keep_running(self) -> None:
        """Run in the background from now on: for work that goes on while nobody waits for it."""
        with self._turn:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._serve, name="pytest-tavus", daemon=True
                )
                self._thread.start()

    def _serve(self) -> None:
        """Run until the loop is stopped, whatever is raised through it.

        An interrupt that a task raises leaves the loop; it reaches who waits for that task.
        """
        while True:
            try:
                self._loop.run_forever()
            except (KeyboardInterrupt, SystemExit):
                continue
            return

    def call(self, function: Callable[[], object]) -> None:
        """Call a function on the loop, soon, in the background."""
        self.keep_running()
        self._loop.call_soon_threadsafe(function)

    def submit(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Start a coroutine in the background."""
        self.keep_running()
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine and wait for it.

        An interrupt cancels the work and lets it clean up before it is raised.
        """
        if not _in_a_loop() and self._turn.acquire(blocking=False):
            try:
                if self._thread is None:
                    return self._run_here(work)
            finally:
                self._turn.release()
        future: concurrent.futures.Future[T] | None = None
        try:
            future = self.submit(work)
            return future.result()
        except BaseException:
            if future is not None and not future.done():
                future.cancel()
                concurrent.futures.wait([future], timeout=CLOSING_SECONDS)
            raise

    def _run_here(self, work: Coroutine[Any, Any, T]) -> T:
        task = self._loop.create_task(work)
        try:
            return self._loop.run_until_complete(task)
        except BaseException:
            if not task.done():
                task.cancel()
                self._loop.run_until_complete(asyncio.wait([task], timeout=CLOSING_SECONDS))
            raise

    def close(self) -> None:
        """Cancel what is still running, then end the loop and its thread. May be called twice.

        Raises:
            HandlerError: something that was started on the loop does not end. It is left behind.

        """
        if self.closed:
            return
        # In the background, because a thread that hangs would not let the loop go on here.
        drained = self.submit(_drain())
        try:
            drained.result(timeout=CLOSING_SECONDS)
        except TimeoutError:
            message = f"something it started does not end within {CLOSING_SECONDS:g} s"
            raise HandlerError(message) from None
        self._loop.call_soon_threadsafe(self._loop.stop)
        if self._thread is not None:
            self._thread.join(timeout=CLOSING_SECONDS)
        self._loop.close()


def _in_a_loop() -> bool:
    """Tell whether this thread is running a loop already, as under an async test."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


async def _drain() -> None:
    current = asyncio.current_task()
    pending = [task for task in asyncio.all_tasks() if task is not current]
    for task in pending:
        task.cancel()
    if pending:
        await asyncio.wait(pending)
    loop = asyncio.get_running_loop()
    await loop.shutdown_asyncgens()
    await loop.shutdown_default_executor()
