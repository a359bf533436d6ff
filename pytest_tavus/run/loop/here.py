"""Work that is run on an event loop by the thread that waits for it. Knows no conversation."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

from pytest_tavus.run.loop.idle import IdleSelector
from pytest_tavus.run.loop.interrupts import Interrupts

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
        if interrupts.pressed:
            task.cancel()
        try:
            _go_on(loop, task, selector, interrupts)
        except BaseException:
            if not task.done():
                task.cancel()
                loop.run_until_complete(asyncio.wait([task], timeout=closing))
            raise
        finally:
            if task.done() and not task.cancelled():
                task.exception()  # beside an interrupt, what it raised as well is not news
    return task


def _go_on(
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
        selector.tell = loop.stop
    try:
        while not task.done():
            loop.run_forever()
            if selector is not None and selector.tell is None and not interrupts.pressed:
                break
    finally:
        task.remove_done_callback(stop)
        if selector is not None:
            selector.tell = None
