"""Runs work on an event loop in the thread that waits for it, with care for Ctrl-C."""

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
    """Keeps a Ctrl-C until the block has been left, and leaves everybody else's handlers alone."""

    def __init__(self, leave: Callable[[], object]) -> None:
        """`leave` is called at a Ctrl-C, to let the block come to its end soon."""
        self._on_interrupt = leave
        self._installed = False
        self.interrupted = False
        "Whether there was one."

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
        """Raise what was kept.

        Raises:
            KeyboardInterrupt: there was a Ctrl-C.

        """
        if self._installed:
            found = signal.signal(signal.SIGINT, signal.default_int_handler)
            if found != self._handle_signal:  # somebody has put another in its place meanwhile
                signal.signal(signal.SIGINT, found)
        if self.interrupted:
            raise KeyboardInterrupt

    def _handle_signal(self, number: int, frame: FrameType | None) -> None:
        if self.interrupted:
            signal.default_int_handler(number, frame)
        self.interrupted = True
        self._on_interrupt()


class IdleSelector(selectors.DefaultSelector):
    """What a loop waits with. Tells once, before it waits, that there is nothing else to do."""

    on_idle: Callable[[], object] | None = None
    "Called when there is, and then forgotten."

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is there to be read and written, after so many seconds at most."""
        if self.on_idle is None or (timeout is not None and timeout <= 0):
            return super().select(timeout)
        found = super().select(0)
        if not found:
            tell, self.on_idle = self.on_idle, None
            tell()
        return found


def new_loop() -> tuple[asyncio.AbstractEventLoop, IdleSelector | None]:
    """Return a loop of the kind that is wanted here, and what tells that it is idle, if it can."""
    loop = asyncio.new_event_loop()
    if type(loop) is not asyncio.SelectorEventLoop:  # such as that of Windows, or of uvloop
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
    """Run a coroutine until it ends; with a loop's `selector`, until there is nothing but to wait.

    An interrupt cancels it, and is raised when it has cleaned up, or after `closing` seconds. From
    before the `turn` is taken until it is given back, it is kept.
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
                task.exception()  # beside an interrupt, what it raised as well is not news
    return task


def _run_loop(
    loop: asyncio.AbstractEventLoop,
    task: asyncio.Task[Any],
    selector: IdleSelector | None,
    interrupts: Interrupts,
) -> None:
    """Run the loop for a task, and leave nothing that would stop it later."""

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
