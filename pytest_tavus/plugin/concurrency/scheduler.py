"""Starts scenarios before their turn, and lets each pytest item wait for its own result."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextvars import Context, copy_context
from enum import Enum
from functools import partial
from types import MappingProxyType

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
from pytest_tavus.run.loop.queue import Job, JobQueue, JobState, StartPolicy
from pytest_tavus.run.runner import Runner

WINDOW = 256
"""Scenarios after the current one that may start early; a high limit widens the window."""


class Mode(Enum):
    """How the run schedules conversations: see the drawing in the package docstring."""

    SERIAL = "serial"
    CONCURRENT = "concurrent"
    EXCLUSIVE = "exclusive"
    STOPPED = "stopped"


_START_POLICY: Mapping[Mode, StartPolicy] = MappingProxyType(
    {
        Mode.SERIAL: StartPolicy.ALL,
        Mode.CONCURRENT: StartPolicy.ALL,
        Mode.EXCLUSIVE: StartPolicy.URGENT,
        Mode.STOPPED: StartPolicy.NONE,
    }
)


class EnqueuedScenario(Struct, frozen=True, kw_only=True):
    """A scenario whose job is in the queue, and that pytest has not reported."""

    job: Job[ScenarioResult]
    captured: CapturedOutput
    handler: object | None


class Scheduler:
    """Decides which scenario starts when, from the order of items, fixtures and the queue."""

    def __init__(
        self,
        runner: Runner,
        fixture_sets: FixtureSets,
        *,
        order: ItemQueue | XdistQueue,
        queue: JobQueue[ScenarioResult],
        on_wake: Callable[[], None],
    ) -> None:
        """Call `on_wake` once, before the first scenario starts early."""
        self._runner = runner
        self._on_wake = on_wake
        self._fixture_sets = fixture_sets
        self._order = order
        self._window = max(WINDOW, 8 * queue.limit)
        self._runs = Runs(fixture_sets)
        self._enqueued: dict[ScenarioItem, EnqueuedScenario] = {}
        self._pending: dict[pytest.Item, ScenarioItem] = {}
        "Scenarios in the window whose fixtures are not set up yet."

        self._places = 0
        self._place = -1
        "Of the job that pytest waits for."

        self._reasons = Reasons()
        self.mode = Mode.SERIAL
        self.queue = queue
        self.failures: Callable[[], int] | None = None
        """Counts the failures after which the run ends; `None` if no number of them ends it."""

    def _enter(self, mode: Mode) -> None:
        """Change the mode. No other method does."""
        if mode is self.mode:
            return
        left, self.mode = self.mode, mode
        if mode is Mode.STOPPED:
            self.queue.stop()
            return
        if left is Mode.SERIAL:
            self._on_wake()
        if _START_POLICY[mode] is not _START_POLICY[left]:
            self.queue.set_start_policy(_START_POLICY[mode])
        if mode is Mode.EXCLUSIVE:
            self.queue.wait_until_idle()

    def list_unreported(self) -> Iterator[ScenarioResult]:
        """Yield the results that pytest has not reported yet."""
        for scenario in self._enqueued.values():
            future = scenario.job.future
            if future.done() and not future.cancelled() and future.exception() is None:
                yield future.result()

    def prepare(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        """Wait until no conversation runs if an item must run by itself. Precedes its setup."""
        if isinstance(self._order, XdistQueue):
            self._order.set_next(nextitem)
        self._pending.pop(item, None)
        if self._enqueued and not self._can_overlap(item):
            self._enter(Mode.EXCLUSIVE)

    def start_eligible(self, item: ScenarioItem) -> None:
        """Start the scenarios that may start now that pytest has set up `item`."""
        for lost in self._order.list_lost(self._enqueued.keys() - {item}):
            self.queue.drop(self._enqueued.pop(lost).job)
        if item not in self._enqueued:
            handler = item.funcargs.get("tavus_handler")
            self._enqueued[item] = self._enqueue(item, handler, urgent=True)
        self._schedule_after(item)

    def _schedule_after(self, item: ScenarioItem) -> None:
        ready = self._fixture_sets.observe(item)
        reason = find_fixture_reason(item, ready)
        if reason is None:
            self._enter(Mode.CONCURRENT)
        else:
            self._reasons.record(item, reason)
        self._collect_pending(item)
        # In EXCLUSIVE mode the jobs are only queued: none starts beside the exclusive item.
        if reason is None or self.mode is Mode.EXCLUSIVE:
            self._enqueue_pending(item)

    def _collect_pending(self, item: ScenarioItem) -> None:
        """Find the scenarios in the window that may start once their fixtures are set up."""
        self._runs.add(item)
        for upcoming in self._order.take_new(item, self._window):
            self._runs.add(upcoming)
            if not isinstance(upcoming, ScenarioItem):
                continue
            reason = find_static_reason(upcoming, self._fixture_sets)
            if reason is None:
                self._pending[upcoming] = upcoming
            else:
                self._reasons.record(upcoming, reason)

    def describe_serial_run(self) -> str | None:
        """Return why no scenario could start early; `None` if one did."""
        return self._reasons.describe(few=isinstance(self._order, XdistQueue))

    def release(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        """Let other scenarios start after an item, unless the next item must run by itself."""
        if self.failures is not None and self.mode is not Mode.SERIAL:
            self.queue.mark_reported(self._place, failures=self.failures())
        if isinstance(item, ScenarioItem) and item in self._enqueued:
            self.queue.drop(self._enqueued.pop(item).job)  # a failed setup skips the call
        if self.mode is Mode.EXCLUSIVE and (nextitem is None or self._can_overlap(nextitem)):
            self._enter(Mode.CONCURRENT)

    def perform(
        self,
        item: ScenarioItem,
        handler: object | None,
        *,
        wait: Callable[[Job[ScenarioResult]], None],
    ) -> ScenarioResult:
        """Wait for a scenario's conversation, which starts now if it did not start early."""
        self._reasons.turns += 1
        if self.mode is not Mode.SERIAL or not self.queue.can_run_until_idle:
            job = self._take_job(item, handler)
        else:
            task = self.queue.run_until_idle(self._runner.perform(item.scenario, handler=handler))
            if task.done():
                return task.result()
            job = self._build_job(item, handler, context=copy_context(), urgent=True)
            self.queue.add_running(job, task)
        if self.mode is Mode.SERIAL:
            self._wake(item)
        self._place = job.place
        wait(job)
        return job.future.result()

    def _wake(self, item: ScenarioItem) -> None:
        """Start other scenarios, because the conversation of this one waits, or may wait."""
        self._enter(Mode.CONCURRENT)
        self._reasons.first_waited = self._reasons.turns
        if self.failures is not None:
            self.queue.mark_reported(self._place, failures=self.failures())
        self._schedule_after(item)

    def _take_job(self, item: ScenarioItem, handler: object | None) -> Job[ScenarioResult]:
        """Return the job of a scenario whose turn has come."""
        scenario = self._enqueued.pop(item, None)
        if scenario is not None and scenario.handler is not handler:
            self.queue.drop(scenario.job)
            scenario = None
        if scenario is None:
            scenario = self._enqueue(item, handler, urgent=True)
        if scenario.job.state is JobState.WAITING and not scenario.job.urgent:
            self.queue.mark_urgent(scenario.job)
        scenario.captured.flush()
        return scenario.job

    def stop(self) -> None:
        """Start nothing more, and cancel the running conversations."""
        self._enqueued.clear()
        self._pending.clear()
        self._enter(Mode.STOPPED)

    def _can_overlap(self, item: pytest.Item) -> bool:
        """Tell whether conversations may run during the setup and the call of an item."""
        if not isinstance(item, ScenarioItem) or item.scenario.alone:
            return False
        if item in self._enqueued or item.get_closest_marker("skip") is not None:
            return True
        ready = self._fixture_sets.find_ready(item)
        return ready is not None and find_fixture_reason(item, ready) is None

    def _enqueue_pending(self, current: ScenarioItem) -> None:
        for item in tuple(self._pending.values()):
            ready = self._fixture_sets.find_ready(item)
            if ready is None or find_fixture_reason(item, ready) is not None:
                continue
            if self._runs.reaches(ready.reach, item, current):
                del self._pending[item]
                self._reasons.started_early += 1
                self._enqueued[item] = self._enqueue(item, ready.handler)

    def _enqueue(
        self, item: ScenarioItem, handler: object | None, *, urgent: bool = False
    ) -> EnqueuedScenario:
        captured = CapturedOutput()
        job = self._build_job(item, handler, context=captured.context(), urgent=urgent)
        self.queue.add(job)
        return EnqueuedScenario(job=job, captured=captured, handler=handler)

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
