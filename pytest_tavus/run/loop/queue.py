"""The line in which conversations wait: at most so many at once, in order, within their locks.

Jobs are handed in from any thread and run on the background loop. Knows nothing of scenarios.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import heapq
import time
from collections.abc import Callable, Coroutine
from contextvars import Context
from functools import partial
from typing import Any, Generic, TypeVar

from msgspec import Struct, field

from pytest_tavus.run.loop.loop import CLOSING_SECONDS, BackgroundLoop

T = TypeVar("T")


class Job(Struct, Generic[T], kw_only=True, eq=False):
    """A conversation to be held, and what comes of it."""

    place: int
    "Where it stands in the order of the run."

    name: str
    work: Callable[[], Coroutine[Any, Any, T]]
    context: Context
    locks: tuple[str, ...] = ()
    is_failure: Callable[[T], bool] = bool
    "Whether what came of it is a failure that a run may end with."

    urgent: bool = False
    "Its turn has come: it may begin while the line is held."

    started_at: float | None = None
    "When it began, by the monotonic clock."

    future: concurrent.futures.Future[T] = field(default_factory=concurrent.futures.Future[T])

    def __lt__(self, other: Job[T]) -> bool:
        return self.place < other.place


class JobQueue(Generic[T]):
    """Begins jobs in order, at most `limit` at a time. Its state belongs to the loop."""

    def __init__(self, loop: BackgroundLoop, *, limit: int, failures: int | None = None) -> None:
        """Hold at most `limit` at a time; after so many failures the run is going to end."""
        loop.alternate()
        self._loop = loop
        self.limit = limit
        self._failures = failures
        self._failed_places: list[int] = []
        self._waiting: list[Job[T]] = []
        self._running: dict[asyncio.Task[T], Job[T]] = {}
        self._locked: set[str] = set()
        self._paused = False
        self._stopped = False
        self._idle_waiters: list[concurrent.futures.Future[None]] = []

    @property
    def can_run_until_idle(self) -> bool:
        """Whether :meth:`run_until_idle` can tell when there is nothing to do."""
        return self._loop.can_run_until_idle

    def list_running(self) -> tuple[Job[T], ...]:
        """Return what is in flight. May be asked from any thread."""
        return tuple(self._running.values())

    def count_waiting(self) -> int:
        """Return how many have not begun. May be asked from any thread."""
        return sum(not job.future.cancelled() for job in tuple(self._waiting))

    def add(self, job: Job[T]) -> None:
        """Let a job wait for its turn."""
        if not job.urgent:
            self._loop.keep_running()  # it goes on while nobody waits for it
        self._loop.call(partial(self._add, job))

    def run_until_idle(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Begin work while no job has, and run it until it ends or there is nothing to do."""
        return self._loop.run_until_idle(work)

    def add_running(self, job: Job[T], task: asyncio.Task[T]) -> None:
        """Take a job in that has begun already, as this task, while no other has."""
        self._loop.call(partial(self._add_running, job, task))

    def mark_urgent(self, job: Job[T]) -> None:
        """Let a job begin although the line is held."""
        self._loop.call(partial(self._mark_urgent, job))

    def drop(self, job: Job[T]) -> None:
        """Give a job up: it does not begin, or it is cancelled."""
        self._loop.call(partial(self._drop, job))

    def pause(self) -> None:
        """Begin nothing more, and wait until nothing is in flight."""
        idle: concurrent.futures.Future[None] = concurrent.futures.Future()
        self._loop.call(partial(self._pause, idle))
        self._loop.wait(idle)

    def resume(self) -> None:
        """Begin jobs again."""
        self._loop.call(self._resume)

    def wait(self, job: Job[T], timeout: float | None = None) -> bool:
        """Wait until a job has ended, or so many seconds; return whether it has."""
        return self._loop.wait(job.future, timeout)

    def mark_reported(self, place: int, *, failures: int) -> None:
        """Note that a job has been reported, and after how many more failures the run ends."""
        self._loop.call(partial(self._mark_reported, place, failures))

    def stop(self) -> None:
        """Begin nothing more, cancel what is in flight, and wait a bounded time for its end."""
        ended: concurrent.futures.Future[None] = concurrent.futures.Future()
        self._loop.call(partial(self._stop, ended))
        self._loop.wait(ended, timeout=CLOSING_SECONDS)

    def _add(self, job: Job[T]) -> None:
        if self._stopped:
            job.future.cancel()
            return
        heapq.heappush(self._waiting, job)
        self._pump()

    def _mark_urgent(self, job: Job[T]) -> None:
        job.urgent = True
        self._pump()

    def _drop(self, job: Job[T]) -> None:
        job.future.cancel()
        for task, running in self._running.items():
            if running is job:
                task.cancel()

    def _pause(self, idle: concurrent.futures.Future[None]) -> None:
        self._paused = True
        self._idle_waiters.append(idle)
        self._notify_idle()

    def _resume(self) -> None:
        self._paused = False
        self._pump()

    def _mark_reported(self, place: int, failures: int) -> None:
        self._failures = failures
        self._failed_places = [one for one in self._failed_places if one > place]
        self._pump()

    def _is_beyond_end(self, job: Job[T]) -> bool:
        """Tell whether the run is going to end before it gets to this job."""
        allowed = self._failures
        if allowed is None or len(self._failed_places) < allowed:
            return False
        return job.place > sorted(self._failed_places)[allowed - 1]

    def _stop(self, ended: concurrent.futures.Future[None]) -> None:
        self._stopped = True
        for job in self._waiting:
            job.future.cancel()
        self._waiting.clear()
        for task in self._running:
            task.cancel()
        self._idle_waiters.append(ended)
        self._notify_idle()

    def _pump(self) -> None:
        """Begin what may begin. What its locks keep back does not keep back others."""
        kept: list[Job[T]] = []
        while self._waiting and len(self._running) < self.limit:
            job = heapq.heappop(self._waiting)
            if job.future.cancelled():
                continue
            if (self._paused or self._is_beyond_end(job)) and not job.urgent:
                kept.append(job)
                break  # the one whose turn has come is the first of all
            if self._locked.isdisjoint(job.locks):
                self._begin(job)
            else:
                kept.append(job)
        for job in kept:
            heapq.heappush(self._waiting, job)

    def _begin(self, job: Job[T]) -> None:
        loop = asyncio.get_running_loop()
        self._add_running(job, loop.create_task(job.work(), context=job.context))

    def _add_running(self, job: Job[T], task: asyncio.Task[T]) -> None:
        self._locked.update(job.locks)
        job.started_at = time.monotonic()
        self._running[task] = job
        task.add_done_callback(self._finish)

    def _finish(self, task: asyncio.Task[T]) -> None:
        job = self._running.pop(task)
        self._locked.difference_update(job.locks)
        _copy_outcome(job.future, task)
        if self._failures is not None and _has_failed(job):
            self._failed_places.append(job.place)
        self._pump()
        self._notify_idle()

    def _notify_idle(self) -> None:
        if not self._running:
            idle, self._idle_waiters = self._idle_waiters, []
            for each in idle:
                each.set_result(None)


def _has_failed(job: Job[T]) -> bool:
    if job.future.cancelled():
        return False
    return job.future.exception() is not None or job.is_failure(job.future.result())


def _copy_outcome(future: concurrent.futures.Future[T], task: asyncio.Task[T]) -> None:
    if task.cancelled():
        future.cancel()
        return
    error = task.exception()
    if not future.set_running_or_notify_cancel():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(task.result())
