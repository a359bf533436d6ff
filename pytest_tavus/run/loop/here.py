"""Runs work on an event loop in the waiting thread, and delays a Ctrl-C until it is safe."""

from __future__ import annotations

import asyncio
import selectors
import signal
import threading
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager, nullcontext
from types import FrameType, TracebackType
from typing import Any, Self, TypeVar


class Interrupts:
    """Delays a Ctrl-C until the end of the block. Replaces only Python's default handler."""

    def __init__(self, leave: Callable[[], object]) -> None:
        """Call `leave` at a Ctrl-C, which should end the block soon."""
        self._on_interrupt = leave
        self._installed = False
        self.interrupted = False
        "Whether a Ctrl-C came."

    def __enter__(self) -> Self:
        if (
            threading.current_thread() is threading.main_thread()
            and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        ):
            self._installed = True
            signal.signal(signal.SIGINT, self._handle_signal)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Raise the delayed interrupt.

        Raises:
            KeyboardInterrupt: a Ctrl-C came in the block.

        """
        if self._installed:
            found = signal.signal(signal.SIGINT, signal.default_int_handler)
            if found != self._handle_signal:  # the block has installed another handler
                signal.signal(signal.SIGINT, found)
        if self.interrupted:
            raise KeyboardInterrupt

    def _handle_signal(self, number: int, frame: FrameType | None) -> None:
        if self.interrupted:
            signal.default_int_handler(number, frame)
        self.interrupted = True
        self._on_interrupt()


class IdleSelector(selectors.DefaultSelector):
    """A selector that calls `on_idle` once, before the loop would wait.

    The report decides that a run needs concurrency. Until then every scenario runs on pytest's
    thread, without a second thread, captured output or hooks per phase. Measured as in `loop.py`:
    without the report, a run takes 1.40 x as long in process, and 1.26 x over real HTTP.
    """

    on_idle: Callable[[], object] | None = None
    "Called before the loop waits, and then reset."

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait as the base class does, but report first that the loop has nothing to do."""
        if self.on_idle is None or (timeout is not None and timeout <= 0):
            return super().select(timeout)
        found = super().select(0)
        if not found:
            tell, self.on_idle = self.on_idle, None
            tell()
        return found


def new_loop() -> tuple[asyncio.AbstractEventLoop, IdleSelector | None]:
    """Return a loop of the current policy, and its idle selector if the loop takes one."""
    loop = asyncio.new_event_loop()
    if type(loop) is not asyncio.SelectorEventLoop:  # Windows' proactor loop, or uvloop
        return loop, None
    loop.close()
    selector = IdleSelector()
    return asyncio.SelectorEventLoop(selector), selector


T = TypeVar("T")


def run_here(
    loop: asyncio.AbstractEventLoop,
    work: Coroutine[Any, Any, T],
    *,
    closing: float,
    selector: IdleSelector | None = None,
    turn: AbstractContextManager[None] | None = None,
) -> asyncio.Task[T]:
    """Run a coroutine until it ends; with the loop's `selector`, until the loop would wait.

    An interrupt cancels the coroutine. It is raised when the coroutine has cleaned up, or after
    `closing` seconds, and never between taking and releasing the `turn`.
    """
    task: asyncio.Task[T] | None = None

    def leave() -> None:
        if task is not None:
            loop.call_soon_threadsafe(task.cancel)

    with Interrupts(leave) as interrupts, turn or nullcontext():
        task = loop.create_task(work)
        if interrupts.interrupted:
            task.cancel()
        try:
            _run_loop(loop, task, selector, interrupts)
        except BaseException:
            if not task.done():
                task.cancel()
                loop.run_until_complete(asyncio.wait([task], timeout=closing))
            raise
        finally:
            if task.done() and not task.cancelled():
                task.exception()  # read, so asyncio does not log it beside an interrupt
    return task


def _run_loop(
    loop: asyncio.AbstractEventLoop,
    task: asyncio.Task[Any],
    selector: IdleSelector | None,
    interrupts: Interrupts,
) -> None:
    """Run the loop for a task, and leave no callback that would stop the loop later."""

    def stop(_: object) -> None:
        loop.stop()

    task.add_done_callback(stop)
    if selector is not None:
        selector.on_idle = loop.stop
    try:
        while not task.done():
            loop.run_forever()
            if selector is not None and selector.on_idle is None and not interrupts.interrupted:
                break
    finally:
        task.remove_done_callback(stop)
        if selector is not None:
            selector.on_idle = None
