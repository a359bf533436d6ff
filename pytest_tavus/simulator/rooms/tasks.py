"""The tasks of one conversation, and its outbox: each is known, and none outlives it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from pytest_tavus.errors import TavusError


class Tasks:
    """Starts tasks and ends them together."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Start a task."""
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def cancel(self) -> None:
        """End every task but the one that asks, and return when they have ended."""
        current = asyncio.current_task()
        while running := [task for task in self._running if task is not current]:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)


OutboxJob = Callable[[], Awaitable[None]]


class Outbox:
    """Runs errands in the background. One that fails is told, and the next one is run."""

    def __init__(self, *, failed: Callable[[TavusError], None]) -> None:
        self._on_failure = failed
        self._waiting: deque[OutboxJob] = deque()
        self._tasks = Tasks()
        self._task: asyncio.Task[None] | None = None

    def add(self, errand: OutboxJob) -> None:
        """Run an errand when those before it have been run."""
        self._waiting.append(errand)
        if self._task is None or self._task.done():
            self._task = self._tasks.spawn(self._run())

    async def drain(self) -> None:
        """Return when nothing is left to be done."""
        while self._task is not None and not self._task.done():
            await asyncio.wait([self._task])

    async def close(self) -> None:
        """Drop what has not been done."""
        self._waiting.clear()
        await self._tasks.cancel()

    async def _run(self) -> None:
        while self._waiting:
            errand = self._waiting.popleft()
            try:
                await errand()
            except TavusError as error:
                self._on_failure(error)
