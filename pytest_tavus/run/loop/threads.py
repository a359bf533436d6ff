"""Small helpers for event loops and the threads they run in. Knows no conversation."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable


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


def started(target: Callable[[], None]) -> threading.Thread:
    """Start a thread of ours, which does not keep the process from ending."""
    thread = threading.Thread(target=target, name="pytest-tavus", daemon=True)
    thread.start()
    return thread
