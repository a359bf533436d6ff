"""The event loop on which all conversations of a process run.

A pytest item is synchronous, and a user's test may run a loop of its own. Neither may matter to a
conversation, or to a handler that outlives a test. So the loop runs in one of these places:

    waiting thread   the thread that waits for the work runs the loop; nothing is handed over
    own thread       from the first work that nobody waits for, for good
    alternating      for concurrency: the waiting thread runs the loop; the keeper, a thread of the
                     loop's own, runs the loop when no thread has waited for `LULL_SECONDS`

The keeper lets conversations go on while pytest sets up a slow fixture.
Measured with 400 scenarios, 8 at once, medians of 9 interleaved runs: with its own thread alone, a
run takes 1.08 x as long in process, and 1.09 x over real HTTP.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import threading
import time
from collections.abc import Callable, Coroutine, Generator
from typing import Any, TypeVar

from pytest_tavus.errors import HandlerError
from pytest_tavus.run.loop.here import Interrupts, new_loop, run_here


def running_loop() -> asyncio.AbstractEventLoop | None:
    """Return the loop that runs in this thread; under an async test there is one."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def is_past(alarm: asyncio.TimerHandle | None) -> bool:
    """Tell whether a timer is due."""
    return alarm is not None and time.monotonic() >= alarm.when()


async def drain() -> None:
    """Cancel all other tasks of the running loop, and wait for their end."""
    current = asyncio.current_task()
    pending = [task for task in asyncio.all_tasks() if task is not current]
    for task in pending:
        task.cancel()
    if pending:
        await asyncio.wait(pending)
    loop = asyncio.get_running_loop()
    await loop.shutdown_asyncgens()
    await loop.shutdown_default_executor()


def start_thread(target: Callable[[], None]) -> threading.Thread:
    """Start a daemon thread."""
    thread = threading.Thread(target=target, name="pytest-tavus", daemon=True)
    thread.start()
    return thread


T = TypeVar("T")

CLOSING_SECONDS = 5.0
"""How long closing waits for cancelled tasks to clean up."""

LULL_SECONDS = 0.05
"""How long an alternating loop stands still before its keeper runs it."""


class BackgroundLoop:
    """An event loop that runs in the thread that waits for its work, or in the background."""

    def __init__(self) -> None:
        self._loop, self._selector = new_loop()
        self._thread: threading.Thread | None = None
        self._turn = threading.Lock()
        self._alternates = False
        self._keeper: threading.Thread | None = None
        self._turn_requested = threading.Event()
        self._last_run = 0.0
        "When a waiting thread last ran the loop."

        self._last_wait = 0.0
        "When a thread last asked to wait, even for a future that was done."

        self._ending, self._closing = threading.Event(), threading.Event()

    @property
    def closed(self) -> bool:
        """Whether the loop is closed."""
        return self._loop.is_closed()

    def alternate(self) -> None:
        """Alternate from now on between waiting threads and the keeper."""
        self._alternates = self._thread is None

    def keep_running(self) -> None:
        """Run in the background from now on, for work that no thread waits for."""
        if self._alternates:
            if self._keeper is None:
                self._keeper = start_thread(self._run_keeper)
            return
        with self._turn:
            if self._thread is None:
                self._thread = start_thread(self._serve_until_closed)

    def _serve(self) -> None:
        """Run until the loop is stopped.

        An interrupt that a task raises leaves the loop. The task's future holds the interrupt, so
        the thread that waits for the future gets it, and the loop goes on.
        """
        while True:
            try:
                self._loop.run_forever()
            except (KeyboardInterrupt, SystemExit):
                continue
            return

    def _serve_until_closed(self) -> None:
        """Run until the loop is closed, even if a callback stops it."""
        while not self._closing.is_set():
            self._serve()

    def call(self, function: Callable[[], object]) -> None:
        """Call a function on the loop: soon, or when a thread next waits."""
        if not self._alternates:
            self.keep_running()
        elif self._turn.acquire(blocking=False):
            try:  # no thread runs the loop, so no selector must be woken
                self._loop.call_soon(function)
            finally:
                self._turn.release()
            return
        self._loop.call_soon_threadsafe(function)

    def submit(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Start a coroutine in the background."""
        self.keep_running()
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def wait(self, future: concurrent.futures.Future[Any], timeout: float | None = None) -> bool:
        """Wait until a future is done, at most `timeout` seconds; return whether it is done."""
        if self._alternates and running_loop() is None:
            self._wait_here(future, timeout)
        else:
            self.keep_running()
            concurrent.futures.wait([future], timeout=timeout)
        return future.done()

    def _wait_here(self, future: concurrent.futures.Future[Any], timeout: float | None) -> None:
        """Run the loop until a future is done, and once if the loop has stood still.

        pytest may report many finished scenarios in a row. Running the loop once in between keeps
        the others going without the keeper, which would compete with pytest for the GIL.
        """
        self._last_wait = time.monotonic()
        if not future.done():
            self._run_until(future, timeout)
        elif self._last_wait - self._last_run >= LULL_SECONDS:
            with Interrupts(self._stop_soon), self._take_turn():
                self._loop.call_soon(self._loop.stop)
                self._loop.run_forever()

    def _wait_for_cleanup(self, future: concurrent.futures.Future[Any]) -> None:
        """Wait a bounded time until a cancelled task has cleaned up.

        A cancelled future is done at once; `concurrent.futures.wait` shows the end of its task.
        """
        until = time.monotonic() + CLOSING_SECONDS
        within = 0.0 if self._alternates and running_loop() is None else CLOSING_SECONDS
        while not concurrent.futures.wait([future], timeout=within).done:
            if time.monotonic() >= until:
                return
            self._run_until(concurrent.futures.Future(), LULL_SECONDS)

    def _run_until(self, future: concurrent.futures.Future[Any], timeout: float | None) -> None:
        """Take the loop over from its keeper, and run the loop in this thread."""
        with Interrupts(self._stop_soon) as interrupts, self._take_turn():
            alarm = None if timeout is None else self._loop.call_later(timeout, self._loop.stop)
            future.add_done_callback(lambda _: self._stop_soon())
            try:
                while not (future.done() or interrupts.interrupted or is_past(alarm)):
                    self._loop.run_forever()
            finally:
                if alarm is not None:
                    alarm.cancel()

    @contextlib.contextmanager
    def _take_turn(self) -> Generator[None]:
        """Hold the right to run the loop; ask the keeper to release it."""
        if not self._turn.acquire(blocking=False):
            self._turn_requested.set()
            try:
                self._stop_soon()
                self._turn.acquire()
            finally:
                self._turn_requested.clear()
        try:
            yield
        finally:
            self._last_run = time.monotonic()
            self._turn.release()

    def _stop_soon(self) -> None:
        """Stop the loop from any thread. Its own thread need not wake the selector."""
        if running_loop() is self._loop:
            self._loop.stop()
        else:
            self._loop.call_soon_threadsafe(self._loop.stop)

    def _run_keeper(self) -> None:
        """Run the loop when it has stood still, until a thread requests its turn."""
        while not self._ending.wait(LULL_SECONDS):
            last = max(self._last_run, self._last_wait)
            if self._turn_requested.is_set() or time.monotonic() - last < LULL_SECONDS:
                continue
            with self._turn:
                if not self._turn_requested.is_set() and not self._ending.is_set():
                    self._serve()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine and wait for its result.

        An interrupt cancels the coroutine, which cleans up before the interrupt is raised.
        """
        if self._keeper is None and running_loop() is None and self._turn.acquire(blocking=False):
            try:
                if self._thread is None:
                    return run_here(self._loop, work, closing=CLOSING_SECONDS).result()
            finally:
                self._turn.release()
        future: concurrent.futures.Future[T] | None = None
        try:
            future = self.submit(work)
            self.wait(future)
            return future.result()
        except BaseException:
            if future is not None and not future.done():
                future.cancel()
                self._wait_for_cleanup(future)
            raise

    @property
    def can_run_until_idle(self) -> bool:
        """Whether :meth:`run_until_idle` can tell in this thread when the loop would wait."""
        return self._alternates and self._selector is not None and running_loop() is None

    def run_until_idle(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run a coroutine in this thread until it ends, or until the loop would wait."""
        selector, turn = self._selector, self._take_turn()
        return run_here(self._loop, work, closing=CLOSING_SECONDS, selector=selector, turn=turn)

    def close(self) -> None:
        """Cancel all tasks, then end the loop and its thread. A second call does nothing.

        Raises:
            HandlerError: a task does not end within `CLOSING_SECONDS`. The task is left behind.

        """
        if self.closed:
            return
        if self._keeper is not None:
            self._ending.set()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._keeper.join(timeout=CLOSING_SECONDS)
            self._keeper = None
        self._alternates = False
        # In the background, because a task that blocks would block this thread for good.
        drained = self.submit(drain())
        try:
            drained.result(timeout=CLOSING_SECONDS)
        except TimeoutError:
            message = f"something it started does not end within {CLOSING_SECONDS:g} s"
            raise HandlerError(message) from None
        self._closing.set()
        self._loop.call_soon_threadsafe(self._loop.stop)
        if self._thread is not None:
            self._thread.join(timeout=CLOSING_SECONDS)
        self._loop.close()
