"""The tasks of one conversation, and its outbox. No task outlives the conversation."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import TypeVar

from pytest_tavus.errors import TavusError

Result = TypeVar("Result")


class Tasks:
    """Starts tasks, and cancels them together."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[object]] = set()

    def spawn(self, work: Coroutine[object, None, Result]) -> asyncio.Task[Result]:
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def cancel(self) -> None:
        """Cancel every task but the current task, and return when all have ended."""
        current = asyncio.current_task()
        # A task that ends may have started another task.
        while running := [task for task in self._running if task is not current]:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)


OutboxJob = Callable[[], Awaitable[None]]


class Outbox:
    """Runs jobs in the background, one after another; a failure does not stop later jobs."""

    def __init__(self, *, on_failure: Callable[[TavusError], None]) -> None:
        self._on_failure = on_failure
        self._waiting: deque[OutboxJob] = deque()
        self._tasks = Tasks()
        self._task: asyncio.Task[None] | None = None

    def add(self, job: OutboxJob) -> None:
        """Run a job after all jobs that were added before."""
        self._waiting.append(job)
        if self._task is None or self._task.done():
            self._task = self._tasks.spawn(self._run())

    async def drain(self) -> None:
        """Return when all jobs have run."""
        while self._task is not None and not self._task.done():
            await asyncio.wait([self._task])

    async def close(self) -> None:
        """Cancel the current job, and drop the waiting jobs."""
        self._waiting.clear()
        await self._tasks.cancel()

    async def _run(self) -> None:
        while self._waiting:
            job = self._waiting.popleft()
            try:
                await job()
            except TavusError as error:
                self._on_failure(error)
