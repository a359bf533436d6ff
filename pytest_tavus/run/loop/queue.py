"""The queue of conversations: at most `limit` run at a time, in order, and within their locks.

Other threads hand jobs in; the background loop runs them. The queue knows nothing of scenarios.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import heapq
import time
from collections.abc import Callable, Coroutine
from contextvars import Context
from enum import Enum
from functools import partial
from typing import Any, Generic, TypeVar

from msgspec import Struct, field

from pytest_tavus.run.loop.loop import CLOSING_SECONDS, BackgroundLoop

T = TypeVar("T")


class JobState(Enum):
    """How far a job is: see the drawing in :mod:`pytest_tavus.plugin.concurrency`."""

    WAITING = "waiting"
    RUNNING = "running"
    ENDED = "ended"
    DROPPED = "dropped"


class StartPolicy(Enum):
    """Which waiting jobs may start."""

    ALL = "all"
    URGENT = "urgent"
    NONE = "none"


class Job(Struct, Generic[T], kw_only=True, eq=False):
    """A conversation and the future of its result."""

    place: int
    "Its position in the order of the run."

    name: str
    work: Callable[[], Coroutine[Any, Any, T]]
    context: Context
    locks: tuple[str, ...] = ()
    is_failure: Callable[[T], bool] = bool
    "Whether a result counts for `--maxfail`."

    urgent: bool = False
    "pytest waits for this job: it may start although others may not."

    state: JobState = JobState.WAITING
    started_at: float | None = None
    "By the monotonic clock."

    future: concurrent.futures.Future[T] = field(default_factory=concurrent.futures.Future[T])

    def __lt__(self, other: Job[T]) -> bool:
        return self.place < other.place


class JobQueue(Generic[T]):
    """Starts jobs in order, at most `limit` at a time. Only the loop's thread touches its state."""

    def __init__(self, loop: BackgroundLoop, *, limit: int, failures: int | None = None) -> None:
        """Run at most `limit` jobs at a time. The run ends after so many `failures`."""
        loop.alternate()
        self._loop = loop
        self.limit = limit
        self._failures = failures
        self._failed_places: list[int] = []
        self._start_policy = StartPolicy.ALL
        self._waiting: list[Job[T]] = []
        self._running: dict[asyncio.Task[T], Job[T]] = {}
        self._locked: set[str] = set()
        self._idle_waiters: list[concurrent.futures.Future[None]] = []

    @property
    def can_run_until_idle(self) -> bool:
        """Whether :meth:`run_until_idle` can tell when there is nothing to do."""
        return self._loop.can_run_until_idle

    def list_running(self) -> tuple[Job[T], ...]:
        """Return the running jobs. Any thread may call this."""
        return tuple(self._running.values())

    def count_waiting(self) -> int:
        """Count the jobs that have not started. Any thread may call this."""
        return sum(job.state is JobState.WAITING for job in tuple(self._waiting))

    def add(self, job: Job[T]) -> None:
        """Queue a job."""
        if not job.urgent:
            self._loop.keep_running()  # nobody waits for this job, so the loop must not stop
        self._loop.call(partial(self._add, job))

    def run_until_idle(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run work outside the queue until the work ends or the loop has nothing to do."""
        return self._loop.run_until_idle(work)

    def add_running(self, job: Job[T], task: asyncio.Task[T]) -> None:
        """Take over a job whose task runs already. No other job may run."""
        self._loop.call(partial(self._track, job, task))

    def mark_urgent(self, job: Job[T]) -> None:
        """Let a job start even if the queue admits urgent jobs only."""
        self._loop.call(partial(self._mark_urgent, job))

    def drop(self, job: Job[T]) -> None:
        """Cancel a job, whether it waits or runs."""
        self._loop.call(partial(self._drop, job))

    def set_start_policy(self, policy: StartPolicy) -> None:
        """Say which waiting jobs may start; jobs that are admitted now start at once."""
        self._loop.call(partial(self._set_start_policy, policy))

    def wait_until_idle(self, timeout: float | None = None) -> None:
        """Wait until no job runs, or so many seconds."""
        idle: concurrent.futures.Future[None] = concurrent.futures.Future()
        self._loop.call(partial(self._add_idle_waiter, idle))
        self._loop.wait(idle, timeout)

    def wait(self, job: Job[T], timeout: float | None = None) -> bool:
        """Wait until a job has ended, or so many seconds; return whether it has."""
        return self._loop.wait(job.future, timeout)

    def mark_reported(self, place: int, *, failures: int) -> None:
        """Note that pytest has reported a job. After so many more `failures` the run ends."""
        self._loop.call(partial(self._mark_reported, place, failures))

    def stop(self) -> None:
        """Drop all jobs, and wait a bounded time until the running ones have cleaned up."""
        self._loop.call(self._stop)
        self.wait_until_idle(timeout=CLOSING_SECONDS)

    def _set_state(self, job: Job[T], state: JobState) -> None:
        """Move a job to its next state. No other method does."""
        job.state = state
        if state is JobState.RUNNING:
            job.started_at = time.monotonic()
            self._locked.update(job.locks)
        elif state is JobState.DROPPED:
            job.future.cancel()
        elif state is JobState.ENDED and self._failures is not None and _has_failed(job):
            self._failed_places.append(job.place)

    def _add(self, job: Job[T]) -> None:
        if self._start_policy is StartPolicy.NONE:
            self._set_state(job, JobState.DROPPED)
            return
        heapq.heappush(self._waiting, job)
        self._start_admitted()

    def _mark_urgent(self, job: Job[T]) -> None:
        job.urgent = True
        self._start_admitted()

    def _drop(self, job: Job[T]) -> None:
        if job.state is JobState.ENDED:
            return
        self._set_state(job, JobState.DROPPED)
        for task, running in self._running.items():
            if running is job:
                task.cancel()

    def _set_start_policy(self, policy: StartPolicy) -> None:
        self._start_policy = policy
        self._start_admitted()

    def _add_idle_waiter(self, idle: concurrent.futures.Future[None]) -> None:
        self._idle_waiters.append(idle)
        self._notify_idle()

    def _mark_reported(self, place: int, failures: int) -> None:
        self._failures = failures
        self._failed_places = [failed for failed in self._failed_places if failed > place]
        self._start_admitted()

    def _stop(self) -> None:
        self._start_policy = StartPolicy.NONE
        for job in (*self._waiting, *self._running.values()):
            self._drop(job)
        self._waiting.clear()

    def _is_admitted(self, job: Job[T]) -> bool:
        if job.urgent:
            return True
        return self._start_policy is StartPolicy.ALL and not self._is_beyond_end(job)

    def _is_beyond_end(self, job: Job[T]) -> bool:
        """Tell whether the run will have ended, by its failures, before this job's turn."""
        allowed = self._failures
        if allowed is None or len(self._failed_places) < allowed:
            return False
        return job.place > sorted(self._failed_places)[allowed - 1]

    def _start_admitted(self) -> None:
        """Start the jobs that may start. A job that waits for a lock does not delay others."""
        passed_over: list[Job[T]] = []
        while self._waiting and len(self._running) < self.limit:
            job = heapq.heappop(self._waiting)
            if job.state is not JobState.WAITING:
                continue
            if not self._is_admitted(job):
                passed_over.append(job)
                break  # an urgent job comes first in the heap, so no other job is admitted either
            if self._locked.isdisjoint(job.locks):
                loop = asyncio.get_running_loop()
                self._track(job, loop.create_task(job.work(), context=job.context))
            else:
                passed_over.append(job)
        for job in passed_over:
            heapq.heappush(self._waiting, job)

    def _track(self, job: Job[T], task: asyncio.Task[T]) -> None:
        self._set_state(job, JobState.RUNNING)
        self._running[task] = job
        task.add_done_callback(self._finish)

    def _finish(self, task: asyncio.Task[T]) -> None:
        job = self._running.pop(task)
        self._locked.difference_update(job.locks)
        _copy_outcome(job.future, task)
        if job.state is JobState.RUNNING:
            self._set_state(job, JobState.ENDED)
        self._start_admitted()
        self._notify_idle()

    def _notify_idle(self) -> None:
        if not self._running:
            waiters, self._idle_waiters = self._idle_waiters, []
            for waiter in waiters:
                waiter.set_result(None)


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
