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
from pytest_tavus.plugin.concurrency.eligibility import Reasons, shown, written
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
        self._woken = woken
        self._fixture_sets = fixture_sets
        self._order = order
        self._window = max(WINDOW, 8 * line.limit)
        self._runs = Runs(fixture_sets)
        self._begun: dict[ScenarioItem, StartedScenario] = {}
        self._pending: dict[pytest.Item, ScenarioItem] = {}
        self._places = 0
        self._held = False
        self._place = -1
        self._reasons = Reasons()
        self.line = line
        self.failures: Callable[[], int] | None = None
        """After how many more failures the run ends; `None` where none ends it."""

        self.awake = False
        """Whether a conversation has waited for something, so that others begin ahead."""

    def ended(self) -> Iterator[ScenarioResult]:
        """Yield what came of those that have ended ahead of their turn, and are to be reported."""
        for begun in self._begun.values():
            future = begun.job.future
            if future.done() and not future.cancelled() and future.exception() is None:
                yield future.result()

    def prepare(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        """Make room for an item that is to be by itself, before it is set up."""
        if isinstance(self._order, XdistQueue):
            self._order.begin(nextitem)
        self._pending.pop(item, None)
        if self._begun and not self._held and not self._joins(item):
            self._held = True
            self.line.hold()

    def ready(self, item: ScenarioItem) -> None:
        """Begin what may begin, now that a scenario has been set up."""
        for lost in self._order.lost(self._begun.keys() - {item}):
            self.line.drop(self._begun.pop(lost).job)
        if item not in self._begun:
            handler = item.funcargs.get("tavus_handler")
            self._begun[item] = self._handed(item, handler, urgent=True)
        self._go_ahead(item)

    def _go_ahead(self, item: ScenarioItem) -> None:
        ready = self._fixture_sets.observe(item)
        reason = shown(item, ready)
        if reason is None:
            self._go_on()
        else:
            self._reasons.note(item, reason)
        self._look_on(item)
        if reason is None or self._held:  # nothing begins beside one that is to be by itself
            self._begin(item)

    def _look_on(self, item: ScenarioItem) -> None:
        """Find what may begin once its fixtures are there, as far as the window."""
        self._runs.add(item)
        for one in self._order.fresh(item, self._window):
            self._runs.add(one)
            if not isinstance(one, ScenarioItem):
                continue
            reason = written(one, self._fixture_sets)
            if reason is None:
                self._pending[one] = one
            else:
                self._reasons.note(one, reason)

    def one_by_one(self) -> str | None:
        """Return why nothing could begin ahead; `None` if any did."""
        return self._reasons.told(few=isinstance(self._order, XdistQueue))

    def release(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        """Let others go on after an item, unless the next one is to be by itself, too."""
        if self.failures is not None and self.awake:
            self.line.reported(self._place, failures=self.failures())
        if isinstance(item, ScenarioItem) and item in self._begun:  # its call was not reached
            self.line.drop(self._begun.pop(item).job)
        if self._held and (nextitem is None or self._joins(nextitem)):
            self._go_on()

    def perform(
        self,
        item: ScenarioItem,
        handler: object | None,
        *,
        wait: Callable[[Job[ScenarioResult]], None],
    ) -> ScenarioResult:
        """Wait for a scenario's conversation, which begins now unless it has begun."""
        self._reasons.turns += 1
        if self.awake or not self.line.tells_idle:
            job = self._job_of(item, handler)
        else:
            task = self.line.run_until_idle(self._runner.perform(item.scenario, handler=handler))
            if task.done():
                return task.result()
            job = self._job(item, handler, context=copy_context(), urgent=True)
            self.line.adopt(job, task)
        if not self.awake:
            self._wake(item)
        self._place = job.place
        wait(job)
        return job.future.result()

    def _wake(self, item: ScenarioItem) -> None:
        """Begin others, now that this one waits for something, or may."""
        self.awake = True
        self._reasons.woken = self._reasons.turns
        self._woken()
        if self.failures is not None:
            self.line.reported(self._place, failures=self.failures())
        self._go_ahead(item)

    def _job_of(self, item: ScenarioItem, handler: object | None) -> Job[ScenarioResult]:
        """Return what has been handed to the line for a scenario whose turn has come."""
        begun = self._begun.pop(item, None)
        if begun is not None and begun.handler is not handler:
            self.line.drop(begun.job)
            begun = None
        if begun is None:
            begun = self._handed(item, handler, urgent=True)
        if begun.job.begun is None and not begun.job.urgent:
            self.line.urge(begun.job)
        begun.captured.speak()
        return begun.job

    def stop(self) -> None:
        """Begin nothing more, and end what is in flight."""
        self._begun.clear()
        self._pending.clear()
        self.line.stop()

    def _joins(self, item: pytest.Item) -> bool:
        """Tell whether an item can be set up and held while others are in flight."""
        if not isinstance(item, ScenarioItem) or item.scenario.alone:
            return False
        if item in self._begun or item.get_closest_marker("skip") is not None:
            return True
        ready = self._fixture_sets.ready(item)
        return ready is not None and shown(item, ready) is None

    def _go_on(self) -> None:
        if self._held:
            self._held = False
            self.line.go_on()

    def _begin(self, current: ScenarioItem) -> None:
        for item in tuple(self._pending.values()):
            ready = self._fixture_sets.ready(item)
            if ready is None or shown(item, ready) is not None:
                continue
            if self._runs.reaches(ready.reach, item, current):
                del self._pending[item]
                self._reasons.ahead += 1
                self._begun[item] = self._handed(item, ready.handler)

    def _handed(
        self, item: ScenarioItem, handler: object | None, *, urgent: bool = False
    ) -> StartedScenario:
        captured = CapturedOutput()
        job = self._job(item, handler, context=captured.context(), urgent=urgent)
        self.line.add(job)
        return StartedScenario(job=job, captured=captured, handler=handler)

    def _job(
        self, item: ScenarioItem, handler: object | None, *, context: Context, urgent: bool
    ) -> Job[ScenarioResult]:
        self._places += 1
        return Job(
            place=-1 if urgent else self._places,
            name=item.scenario.name,
            work=partial(self._runner.perform, item.scenario, handler=handler),
            context=context,
            locks=item.scenario.locks,
            fails=_failed if item.get_closest_marker("xfail") is None else _never,
            urgent=urgent,
        )


def _failed(result: ScenarioResult) -> bool:
    return result.verdict.outcome != "passed"


def _never(result: ScenarioResult) -> bool:
    del result
    return False
