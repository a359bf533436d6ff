"""Looks ahead: begins scenarios before their turn, and lets each wait for its own result.

Until a conversation waits, nothing is to be gained: each is held in its own turn. From then on, a
scenario begins ahead once the fixtures it uses are there for all of its kind. One that has fixtures
of its own, or wants to be alone, is held while no other is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextvars import Context, copy_context
from functools import partial

import pytest
from msgspec import Struct

from pytest_tavus.output import CapturedOutput
from pytest_tavus.plugin.collect import ScenarioItem
from pytest_tavus.plugin.concurrency.eligibility import (
    Reasons,
    find_fixture_reason,
    find_static_reason,
)
from pytest_tavus.plugin.concurrency.fixture_sets import FixtureSets
from pytest_tavus.plugin.concurrency.order import ItemQueue, Runs, XdistQueue
from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.run.loop.queue import Job, JobQueue
from pytest_tavus.run.runner import Runner

WINDOW = 256
"""Scenarios that are looked at beyond the one whose turn it is; more where more may be held."""


class StartedScenario(Struct, frozen=True, kw_only=True):
    """A scenario that has been handed to the line."""

    job: Job[ScenarioResult]
    captured: CapturedOutput
    handler: object | None


class Scheduler:
    """Which scenarios begin, and when. Knows the order, the fixtures and the line."""

    def __init__(
        self,
        runner: Runner,
        fixture_sets: FixtureSets,
        *,
        order: ItemQueue | XdistQueue,
        line: JobQueue[ScenarioResult],
        woken: Callable[[], None],
    ) -> None:
        """`woken` is called once, before the first begins ahead."""
        self._runner = runner
        self._on_wake = woken
        self._fixture_sets = fixture_sets
        self._order = order
        self._window = max(WINDOW, 8 * line.limit)
        self._runs = Runs(fixture_sets)
        self._started: dict[ScenarioItem, StartedScenario] = {}
        self._pending: dict[pytest.Item, ScenarioItem] = {}
        self._places = 0
        self._paused = False
        self._place = -1
        self._reasons = Reasons()
        self.queue = line
        self.failures: Callable[[], int] | None = None
        """After how many more failures the run ends; `None` where none ends it."""

        self.awake = False
        """Whether a conversation has waited for something, so that others begin ahead."""

    def list_unreported(self) -> Iterator[ScenarioResult]:
        """Yield what came of those that have ended ahead of their turn, and are to be reported."""
        for begun in self._started.values():
            future = begun.job.future
            if future.done() and not future.cancelled() and future.exception() is None:
                yield future.result()

    def prepare(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        """Make room for an item that is to be by itself, before it is set up."""
        if isinstance(self._order, XdistQueue):
            self._order.set_next(nextitem)
        self._pending.pop(item, None)
        if self._started and not self._paused and not self._can_overlap(item):
            self._paused = True
            self.queue.pause()

    def start_eligible(self, item: ScenarioItem) -> None:
        """Begin what may begin, now that a scenario has been set up."""
        for lost in self._order.list_lost(self._started.keys() - {item}):
            self.queue.drop(self._started.pop(lost).job)
        if item not in self._started:
            handler = item.funcargs.get("tavus_handler")
            self._started[item] = self._enqueue(item, handler, urgent=True)
        self._schedule_after(item)

    def _schedule_after(self, item: ScenarioItem) -> None:
        ready = self._fixture_sets.observe(item)
        reason = find_fixture_reason(item, ready)
        if reason is None:
            self._resume()
        else:
            self._reasons.record(item, reason)
        self._collect_pending(item)
        if reason is None or self._paused:  # nothing begins beside one that is to be by itself
            self._start_pending(item)

    def _collect_pending(self, item: ScenarioItem) -> None:
        """Find what may begin once its fixtures are there, as far as the window."""
        self._runs.add(item)
        for one in self._order.take_new(item, self._window):
            self._runs.add(one)
            if not isinstance(one, ScenarioItem):
                continue
            reason = find_static_reason(one, self._fixture_sets)
            if reason is None:
                self._pending[one] = one
            else:
                self._reasons.record(one, reason)

    def describe_serial_run(self) -> str | None:
        """Return why nothing could begin ahead; `None` if any did."""
        return self._reasons.describe(few=isinstance(self._order, XdistQueue))

    def release(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        """Let others go on after an item, unless the next one is to be by itself, too."""
        if self.failures is not None and self.awake:
            self.queue.mark_reported(self._place, failures=self.failures())
        if isinstance(item, ScenarioItem) and item in self._started:  # its call was not reached
            self.queue.drop(self._started.pop(item).job)
        if self._paused and (nextitem is None or self._can_overlap(nextitem)):
            self._resume()

    def perform(
        self,
        item: ScenarioItem,
        handler: object | None,
        *,
        wait: Callable[[Job[ScenarioResult]], None],
    ) -> ScenarioResult:
        """Wait for a scenario's conversation, which begins now unless it has begun."""
        self._reasons.turns += 1
        if self.awake or not self.queue.can_run_until_idle:
            job = self._take_job(item, handler)
        else:
            task = self.queue.run_until_idle(self._runner.perform(item.scenario, handler=handler))
            if task.done():
                return task.result()
            job = self._build_job(item, handler, context=copy_context(), urgent=True)
            self.queue.add_running(job, task)
        if not self.awake:
            self._wake(item)
        self._place = job.place
        wait(job)
        return job.future.result()

    def _wake(self, item: ScenarioItem) -> None:
        """Begin others, now that this one waits for something, or may."""
        self.awake = True
        self._reasons.first_waited = self._reasons.turns
        self._on_wake()
        if self.failures is not None:
            self.queue.mark_reported(self._place, failures=self.failures())
        self._schedule_after(item)

    def _take_job(self, item: ScenarioItem, handler: object | None) -> Job[ScenarioResult]:
        """Return what has been handed to the line for a scenario whose turn has come."""
        begun = self._started.pop(item, None)
        if begun is not None and begun.handler is not handler:
            self.queue.drop(begun.job)
            begun = None
        if begun is None:
            begun = self._enqueue(item, handler, urgent=True)
        if begun.job.started_at is None and not begun.job.urgent:
            self.queue.mark_urgent(begun.job)
        begun.captured.flush()
        return begun.job

    def stop(self) -> None:
        """Begin nothing more, and end what is in flight."""
        self._started.clear()
        self._pending.clear()
        self.queue.stop()

    def _can_overlap(self, item: pytest.Item) -> bool:
        """Tell whether an item can be set up and held while others are in flight."""
        if not isinstance(item, ScenarioItem) or item.scenario.alone:
            return False
        if item in self._started or item.get_closest_marker("skip") is not None:
            return True
        ready = self._fixture_sets.find_ready(item)
        return ready is not None and find_fixture_reason(item, ready) is None

    def _resume(self) -> None:
        if self._paused:
            self._paused = False
            self.queue.resume()

    def _start_pending(self, current: ScenarioItem) -> None:
        for item in tuple(self._pending.values()):
            ready = self._fixture_sets.find_ready(item)
            if ready is None or find_fixture_reason(item, ready) is not None:
                continue
            if self._runs.reaches(ready.reach, item, current):
                del self._pending[item]
                self._reasons.started_early += 1
                self._started[item] = self._enqueue(item, ready.handler)

    def _enqueue(
        self, item: ScenarioItem, handler: object | None, *, urgent: bool = False
    ) -> StartedScenario:
        captured = CapturedOutput()
        job = self._build_job(item, handler, context=captured.context(), urgent=urgent)
        self.queue.add(job)
        return StartedScenario(job=job, captured=captured, handler=handler)

    def _build_job(
        self, item: ScenarioItem, handler: object | None, *, context: Context, urgent: bool
    ) -> Job[ScenarioResult]:
        self._places += 1
        return Job(
            place=-1 if urgent else self._places,
            name=item.scenario.name,
            work=partial(self._runner.perform, item.scenario, handler=handler),
            context=context,
            locks=item.scenario.locks,
            is_failure=_has_failed if item.get_closest_marker("xfail") is None else _never_fails,
            urgent=urgent,
        )


def _has_failed(result: ScenarioResult) -> bool:
    return result.verdict.outcome != "passed"


def _never_fails(result: ScenarioResult) -> bool:
    del result
    return False
