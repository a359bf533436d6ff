"""One event loop on which all conversations of a process are held.

A pytest item is synchronous and a user's own test may be running a loop of its own; neither
should matter to a conversation or to a handler that outlives a test. As long as all work is waited
for where it is started, the loop runs in the thread that waits, which costs a tenth of handing it
over; with the first work that is not, it moves to a thread of its own for good.

Where many conversations are held at once, it alternates: it runs in the thread that waits for one
of them, so that two threads do not get in each other's way, and in a thread of its own as soon as
nobody has waited for a moment, so that conversations go on while a slow fixture is set up: its
keeper. There is none before there is work that goes on while nobody waits for it.
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
    """Return the loop that this thread is running, as it does under an async test."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def is_past(alarm: asyncio.TimerHandle | None) -> bool:
    """Tell whether the time of an alarm has come."""
    return alarm is not None and time.monotonic() >= alarm.when()


async def drain() -> None:
    """Cancel whatever else is on this loop, and wait for its end."""
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
    """Start a thread of ours, which does not keep the process from ending."""
    thread = threading.Thread(target=target, name="pytest-tavus", daemon=True)
    thread.start()
    return thread


T = TypeVar("T")

CLOSING_SECONDS = 5.0
"""How long closing waits for what is still running after it was cancelled."""

LULL_SECONDS = 0.05
"""How long nobody runs an alternating loop before its keeper does."""


class BackgroundLoop:
    """An event loop that is nobody's: it runs wherever it is waited for, or in the background."""

    def __init__(self) -> None:
        self._loop, self._selector = new_loop()
        self._thread: threading.Thread | None = None
        self._turn = threading.Lock()
        self._alternates = False
        self._keeper: threading.Thread | None = None
        self._turn_requested = threading.Event()
        self._last_run = 0.0
        "When it was last run by a thread that waited."

        self._last_wait = 0.0
        "When a thread last waited, or would have, had its future not been done."

        self._ending, self._closing = threading.Event(), threading.Event()

    @property
    def closed(self) -> bool:
        """Whether nothing can run on it any more."""
        return self._loop.is_closed()

    def alternate(self) -> None:
        """Run in the thread that waits, and in the background while nobody does, from now on."""
        self._alternates = self._thread is None

    def keep_running(self) -> None:
        """Run in the background from now on: for work that goes on while nobody waits for it."""
        if self._alternates:
            if self._keeper is None:
                self._keeper = start_thread(self._run_keeper)
            return
        with self._turn:
            if self._thread is None:
                self._thread = start_thread(self._serve_until_closed)

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

    def _serve_until_closed(self) -> None:
        """Run until the loop is closed, whatever stops it before."""
        while not self._closing.is_set():
            self._serve()

    def call(self, function: Callable[[], object]) -> None:
        """Call a function on the loop: soon, or when it is next waited for."""
        if not self._alternates:
            self.keep_running()
        elif self._turn.acquire(blocking=False):
            try:  # nobody runs the loop, so that nobody need be woken to see what is new
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
        """Wait until a future is done, or so many seconds; return whether it is."""
        if self._alternates and running_loop() is None:
            self._wait_here(future, timeout)
        else:
            self.keep_running()
            concurrent.futures.wait([future], timeout=timeout)
        return future.done()

    def _wait_here(self, future: concurrent.futures.Future[Any], timeout: float | None) -> None:
        """Run the loop until a future is done; at least for a moment, if nobody has for a while.

        Where one after the other of many futures is done already, their conversations go on all
        the same, and without the keeper, who would get in the way of whoever reports them.
        """
        self._last_wait = time.monotonic()
        if not future.done():
            self._run_until(future, timeout)
        elif self._last_wait - self._last_run >= LULL_SECONDS:
            with Interrupts(self._stop_soon), self._take_turn():
                self._loop.call_soon(self._loop.stop)
                self._loop.run_forever()

    def _wait_for_cleanup(self, future: concurrent.futures.Future[Any]) -> None:
        """Wait a bounded time until what was cancelled has cleaned up.

        A future that was cancelled is done at once; whether its task has ended is told by `wait`.
        """
        until = time.monotonic() + CLOSING_SECONDS
        within = 0.0 if self._alternates and running_loop() is None else CLOSING_SECONDS
        while not concurrent.futures.wait([future], timeout=within).done:
            if time.monotonic() >= until:
                return
            self._run_until(concurrent.futures.Future(), LULL_SECONDS)

    def _run_until(self, future: concurrent.futures.Future[Any], timeout: float | None) -> None:
        """Take the loop over from its keeper, and run it here."""
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
        """Have the loop's turn, which the keeper gives up if it has it."""
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
        """Stop the loop from any thread; from its own without waking it, for it is awake."""
        if running_loop() is self._loop:
            self._loop.stop()
        else:
            self._loop.call_soon_threadsafe(self._loop.stop)

    def _run_keeper(self) -> None:
        """Run the loop whenever nobody has for a moment, until somebody wants to."""
        while not self._ending.wait(LULL_SECONDS):
            last = max(self._last_run, self._last_wait)
            if self._turn_requested.is_set() or time.monotonic() - last < LULL_SECONDS:
                continue
            with self._turn:
                if not self._turn_requested.is_set() and not self._ending.is_set():
                    self._serve()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine and wait for it.

        An interrupt cancels the work and lets it clean up before it is raised.
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
        """Whether :meth:`run_until_idle` can tell, in this thread, when there is nothing to do."""
        return self._alternates and self._selector is not None and running_loop() is None

    def run_until_idle(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run a coroutine here until it ends, or waits and nothing else is to be done either."""
        selector, turn = self._selector, self._take_turn()
        return run_here(self._loop, work, closing=CLOSING_SECONDS, selector=selector, turn=turn)

    def close(self) -> None:
        """Cancel what is still running, then end the loop and its thread. May be called twice.

        Raises:
            HandlerError: something that was started on the loop does not end. It is left behind.

        """
        if self.closed:
            return
        if self._keeper is not None:
            self._ending.set()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._keeper.join(timeout=CLOSING_SECONDS)
            self._keeper = None
        self._alternates = False
        # In the background, because a thread that hangs would not let the loop go on here.
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
