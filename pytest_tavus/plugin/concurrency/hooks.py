"""The pytest hooks of a run in which several conversations run at once."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from functools import partial

import pytest

from pytest_tavus.plugin.collect import ScenarioItem, plays_nothing
from pytest_tavus.plugin.concurrency.fixture_sets import track_fixtures
from pytest_tavus.plugin.concurrency.order import build_item_queue
from pytest_tavus.plugin.concurrency.progress import TICK_SECONDS, Progress, open_progress
from pytest_tavus.plugin.concurrency.scheduler import Scheduler
from pytest_tavus.plugin.fixtures import ONE_BY_ONE, runner_of
from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.run.loop.output_router import OutputRouter
from pytest_tavus.run.loop.queue import Job, JobQueue
from pytest_tavus.run.options.settings import Settings
from pytest_tavus.scenario.values.model import Scenario

AUTO = 8
"""The limit that `auto` stands for if a handler is a process or a server."""


def concurrency_limit(settings: Settings, scenarios: Iterable[Scenario]) -> int:
    """Return how many conversations may run at once in one process."""
    if settings.concurrency != "auto":
        return settings.concurrency
    # An application in this process computes on the loop, so a second conversation gains nothing.
    specs = (scenario.handler for scenario in scenarios)
    return AUTO if any(spec is not None and (spec.command or spec.url) for spec in specs) else 1


class ConcurrentRun:
    """Connects the scheduler with pytest. Does nothing if one conversation runs at a time.

    The hooks that every test pays for are registered when the first conversation waits on I/O.
    """

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        self._config = config
        self._settings = settings
        self._fixture_sets = track_fixtures(config)
        self._router = OutputRouter()
        self._scheduler: Scheduler | None = None
        self._progress: Progress | None = None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Set up the scheduler. However the loop ends, cancel the conversations that still run."""
        limit = self._limit(session.items)
        if limit > 1 and not plays_nothing(self._config):
            self._scheduler = self._build_scheduler(session, limit)
            self._progress = open_progress(self._config)
            self._router.attach_streams()  # threads of the user print between tests as well
            perform = self._perform
            for item in session.items:
                if isinstance(item, ScenarioItem):
                    item.perform = perform
        try:
            whole = yield
            self._stash_reason()
            return whole
        finally:
            self._end()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> Generator[None, object, object]:
        """Let no conversation run beside an item that must run by itself."""
        if self._scheduler is None:
            return (yield)
        self._scheduler.prepare(item, nextitem)
        try:
            return (yield)
        finally:
            self._release(item, nextitem)

    def _build_scheduler(self, session: pytest.Session, limit: int) -> Scheduler:
        runner, option = runner_of(self._config), self._config.option
        most = 1 if getattr(option, "stepwise", False) else option.maxfail
        scheduler = Scheduler(
            runner,
            self._fixture_sets,
            order=build_item_queue(session),
            queue=JobQueue(runner.loop, limit=limit, failures=most or None),
            on_wake=partial(self._register_hooks, session),
        )
        if most:
            scheduler.failures = lambda: max(1, most - session.testsfailed)
        return scheduler

    def _release(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        if self._scheduler is not None:
            self._scheduler.release(item, nextitem)

    def _limit(self, items: Iterable[pytest.Item]) -> int:
        scenarios = (item.scenario for item in items if isinstance(item, ScenarioItem))
        return concurrency_limit(self._settings, scenarios)

    def _perform(self, item: ScenarioItem, handler: object | None) -> ScenarioResult:
        __tracebackhide__ = True
        if self._scheduler is None:  # the run stops, but pytest still calls this item
            return runner_of(self._config).run(item.scenario, handler=handler)
        result = self._scheduler.perform(item, handler, wait=partial(self._wait, self._scheduler))
        if self._progress is not None:
            self._progress.count(result)
        item.seconds = result.took
        return result

    def _wait(self, scheduler: Scheduler, job: Job[ScenarioResult]) -> None:
        """Wait for a job, and show the running conversations meanwhile."""
        queue = scheduler.queue
        if self._progress is None:
            queue.wait(job)
            return
        writer = self._config.get_terminal_writer()
        while not queue.wait(job, TICK_SECONDS):
            self._progress.show(
                queue.list_running(),
                waiting=queue.count_waiting(),
                ended=scheduler.list_unreported(),
                columns=writer.fullwidth - writer.width_of_current_line,
            )
        self._progress.clear()

    def _stash_reason(self) -> None:
        """Keep for the summary why no scenario could start early."""
        reason = None if self._scheduler is None else self._scheduler.describe_serial_run()
        if reason is not None:
            self._config.stash[ONE_BY_ONE] = reason

    def _end(self) -> None:
        scheduler, self._scheduler = self._scheduler, None
        try:
            if scheduler is not None:
                scheduler.stop()
        finally:
            self._router.detach()
        progress, self._progress = self._progress, None
        if progress is not None:
            progress.close()

    def _register_hooks(self, session: pytest.Session) -> None:
        self._router.attach()
        manager = self._config.pluginmanager
        manager.register(OuterHooks(self, session), "tavus-concurrency-outer")
        manager.register(InnerHooks(self), "tavus-concurrency-inner")

    def start_eligible(self, item: ScenarioItem) -> None:
        """Start the scenarios that may start now that pytest has set up `item`."""
        if self._scheduler is not None:
            self._scheduler.start_eligible(item)

    def keep_log_level(self) -> None:
        """Keep the log level of the last phase, because conversations log between phases."""
        if self._scheduler is not None:
            self._router.keep_level()

    def attach_output(self) -> None:
        """Capture the output of conversations from the streams and log handlers of a phase."""
        if self._scheduler is not None:
            self._router.attach()

    def stop_with(self, session: pytest.Session) -> None:
        """Cancel the running conversations if pytest is about to stop."""
        if session.shouldfail or session.shouldstop:
            self._end()


class OuterHooks:
    """Hooks that wrap pytest's own: the last to leave a setup, the first after a phase."""

    def __init__(self, run: ConcurrentRun, session: pytest.Session) -> None:
        self._run = run
        self._session = session

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, None, None]:
        """Start the scenarios that share the fixtures of this one."""
        __tracebackhide__ = True
        yield
        if isinstance(item, ScenarioItem):
            self._run.start_eligible(item)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self) -> None:
        """Set the log level before any other code runs between two phases."""
        self._run.keep_log_level()

    def pytest_runtest_logfinish(self) -> None:
        """Stop with pytest."""
        self._run.stop_with(self._session)


class InnerHooks:
    """Hooks inside pytest's own, which have installed pytest's capture by then."""

    def __init__(self, run: ConcurrentRun) -> None:
        self._run = run

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_setup(self) -> Generator[None, None, None]:
        """Capture the output of conversations before one can start."""
        __tracebackhide__ = True
        self._run.attach_output()
        yield

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self) -> Generator[None, None, None]:
        """Capture again, because a fixture may have replaced a stream."""
        __tracebackhide__ = True
        self._run.attach_output()
        yield


def begin(config: pytest.Config, settings: Settings) -> None:
    """Register the hooks."""
    config.pluginmanager.register(ConcurrentRun(config, settings), "tavus-concurrency")
