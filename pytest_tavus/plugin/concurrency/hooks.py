"""The hooks of a run in which more than one conversation is held at once."""

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
"""Conversations at once where handlers are processes or servers, which gain by it."""


def concurrency_limit(settings: Settings, scenarios: Iterable[Scenario]) -> int:
    """Return how many conversations a process holds at once."""
    if settings.concurrency != "auto":
        return settings.concurrency
    specs = (one.handler for one in scenarios)
    return AUTO if any(one is not None and (one.command or one.url) for one in specs) else 1


class ConcurrentRun:
    """Begins scenarios ahead of their turn. Without concurrency it does nothing.

    Until a conversation waits for something it does next to nothing, too: the hooks that look
    after conversations in flight are registered when others are going to be.
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
        """Begin to look ahead; at the end, whatever it is, end what is still in flight."""
        limit = self._limit(session.items)
        if limit > 1 and not plays_nothing(self._config):
            self._scheduler = self._build_scheduler(session, limit)
            self._progress = open_progress(self._config)
            self._router.attach_streams()  # those between tests, where threads go on printing
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
        """Make room for an item that is to be by itself, and give it up after it."""
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
        line: JobQueue[ScenarioResult] = JobQueue(runner.loop, limit=limit, failures=most or None)
        order, woken = build_item_queue(session), partial(self._register_hooks, session)
        look = Scheduler(runner, self._fixture_sets, order=order, line=line, woken=woken)
        if most:
            look.failures = lambda: max(1, most - session.testsfailed)
        return look

    def _release(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        if self._scheduler is not None:
            self._scheduler.release(item, nextitem)

    def _limit(self, items: Iterable[pytest.Item]) -> int:
        scenarios = (item.scenario for item in items if isinstance(item, ScenarioItem))
        return concurrency_limit(self._settings, scenarios)

    def _perform(self, item: ScenarioItem, handler: object | None) -> ScenarioResult:
        __tracebackhide__ = True
        if self._scheduler is None:  # the run is being stopped, and this is played all the same
            return runner_of(self._config).run(item.scenario, handler=handler)
        result = self._scheduler.perform(item, handler, wait=partial(self._wait, self._scheduler))
        if self._progress is not None:
            self._progress.count(result)
        item.seconds = result.took
        return result

    def _wait(self, look: Scheduler, job: Job[ScenarioResult]) -> None:
        """Wait for a job, and say meanwhile what is in flight."""
        if self._progress is None:
            look.queue.wait(job)
            return
        writer = self._config.get_terminal_writer()
        while not look.queue.wait(job, TICK_SECONDS):
            room = writer.fullwidth - writer.width_of_current_line
            line, ended = look.queue, look.list_unreported()
            self._progress.show(
                line.list_running(), waiting=line.count_waiting(), ended=ended, columns=room
            )
        self._progress.clear()

    def _stash_reason(self) -> None:
        """Let the summary say why nothing could begin ahead, where nothing could."""
        reason = None if self._scheduler is None else self._scheduler.describe_serial_run()
        if reason is not None:
            self._config.stash[ONE_BY_ONE] = reason

    def _end(self) -> None:
        look, self._scheduler = self._scheduler, None
        try:
            if look is not None:
                look.stop()
        finally:
            self._router.detach()
        shown, self._progress = self._progress, None
        if shown is not None:
            shown.close()

    def _register_hooks(self, session: pytest.Session) -> None:
        """Look after what is in flight, from now on."""
        self._router.attach()
        manager = self._config.pluginmanager
        manager.register(OuterHooks(self, session), "tavus-ahead-around")
        manager.register(InnerHooks(self), "tavus-ahead-inside")

    def start_eligible(self, item: ScenarioItem) -> None:
        """Learn from the fixtures of a scenario, now that they are set up."""
        if self._scheduler is not None:
            self._scheduler.start_eligible(item)

    def keep_log_level(self) -> None:
        """Go on hearing what is logged between the phases of tests."""
        if self._scheduler is not None:
            self._router.keep_level()

    def attach_output(self) -> None:
        """Cover the streams and log handlers of a phase."""
        if self._scheduler is not None:
            self._router.attach()

    def stop_with(self, session: pytest.Session) -> None:
        """Stop where pytest is going to stop: nothing begins, and what is in flight ends."""
        if session.shouldfail or session.shouldstop:
            self._end()


class OuterHooks:
    """The hooks that run around pytest's own, once conversations are held ahead of their turn."""

    def __init__(self, run: ConcurrentRun, session: pytest.Session) -> None:
        self._run = run
        self._session = session

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, None, None]:
        """Learn from the fixtures of a scenario, once they are set up."""
        __tracebackhide__ = True
        yield
        if isinstance(item, ScenarioItem):
            self._run.start_eligible(item)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self) -> None:
        """Be the first between two phases."""
        self._run.keep_log_level()

    def pytest_runtest_logfinish(self) -> None:
        """Stop where pytest is going to stop."""
        self._run.stop_with(self._session)


class InnerHooks:
    """The hooks that run inside of pytest's own, when it has put in place what it captures with."""

    def __init__(self, run: ConcurrentRun) -> None:
        self._run = run

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_setup(self) -> Generator[None, None, None]:
        """Keep what conversations print and log apart, before any can begin."""
        __tracebackhide__ = True
        self._run.attach_output()
        yield

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self) -> Generator[None, None, None]:
        """Keep it apart where a fixture has put something else in place."""
        __tracebackhide__ = True
        self._run.attach_output()
        yield


def begin(config: pytest.Config, settings: Settings) -> None:
    """Look ahead in this run."""
    config.pluginmanager.register(ConcurrentRun(config, settings), "tavus-ahead")
