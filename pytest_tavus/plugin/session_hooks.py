"""Collects and reports scenarios; registered only in a run with `--tavus-scenarios`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TypedDict

import pytest

from pytest_tavus.errors import NotRunError
from pytest_tavus.plugin.collect import ScenarioFile, ScenarioItem, plays_nothing
from pytest_tavus.plugin.failure import (
    COLOURED,
    NOT_RUN,
    RECORD,
    VerdictError,
    colour,
    find_unproven_mark,
    find_unproven_reason,
)
from pytest_tavus.plugin.fixtures import ONE_BY_ONE, RUNNER, runner_of
from pytest_tavus.plugin.garbage import FrozenHeap
from pytest_tavus.plugin.selection import (
    describe_empty_collection,
    describe_uncollected_files,
    is_scenario_file,
    select,
)
from pytest_tavus.report.record import Record
from pytest_tavus.report.summary import (
    advice_lines,
    not_run_lines,
    one_by_one_lines,
    slowdown_lines,
    summary_lines,
    unproven_lines,
    unreached_lines,
)
from pytest_tavus.run.options.settings import Settings


class WorkerOutput(TypedDict, total=False):
    """What a worker of pytest-xdist reports to its controller at its end."""

    tavus_files: list[str]
    tavus_one_by_one: str | None


def begin(config: pytest.Config, settings: Settings) -> None:
    select(config, settings)
    heap = FrozenHeap()
    config.add_cleanup(heap.unfreeze)  # pytest runs it after its last garbage collection
    config.pluginmanager.register(SessionHooks(config, settings, heap=heap), "tavus-scenarios")


class SessionHooks:
    def __init__(self, config: pytest.Config, settings: Settings, *, heap: FrozenHeap) -> None:
        self._config = config
        self._settings = settings
        self._heap = heap
        self._files: set[str] = set()
        self._workers = 0
        self._records: list[Record] = []
        self._selected = 0
        self._unjudged: Counter[str] = Counter()
        self._not_run: Counter[str] = Counter()
        self._unproven: Counter[str] = Counter()
        self._ran = False
        self._slowed: list[str] = []
        self._one_by_one: list[str | None] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """Set up the runner first: a setting that it refuses ends the run before any file."""
        runner_of(self._config)

    def pytest_collect_file(
        self, file_path: Path, parent: pytest.Collector
    ) -> pytest.Collector | None:
        """Collect scenario files below the scenarios path, and files that the user names."""
        is_wanted = file_path.is_relative_to(self._settings.scenarios) or parent.session.isinitpath(
            file_path
        )
        if not (is_wanted and is_scenario_file(file_path)):
            return None
        self._files.add(str(file_path))
        return ScenarioFile.from_parent(  # pyright: ignore[reportUnknownMemberType]  # untyped there
            parent, path=file_path
        )

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, session: pytest.Session) -> None:
        """Refuse a run without a scenario file, before another plugin deselects items."""
        if not self._files and not session.testsfailed and not self._is_worker:
            raise pytest.UsageError(describe_empty_collection(self._settings))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Freeze the collected items, unless the run has tests that may rely on the collector."""
        self._selected = sum(isinstance(item, ScenarioItem) for item in session.items)
        if self._selected == len(session.items):
            self._heap.freeze()

    def pytest_report_collectionfinish(self, items: Sequence[pytest.Item]) -> list[str]:
        """Print the advice with `--collect-only`, which has no summary at its end."""
        if not self._config.option.collectonly:
            return []
        scenarios = [item for item in items if isinstance(item, ScenarioItem)]
        reasons = Counter(reason for item in scenarios if (reason := find_unproven_mark(item)))
        advice = advice_lines(str(lint) for item in scenarios for lint in item.scenario.lints)
        return [*unproven_lines(reasons), *advice]

    @property
    def _is_worker(self) -> bool:
        return hasattr(self._config, "workerinput")

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        """Take over the files that a worker of pytest-xdist collected."""
        self._workers += 1
        output: WorkerOutput = getattr(node, "workeroutput", None) or WorkerOutput()
        # A crashed worker reports nothing; it must not look like a run without scenario files.
        self._files.update(output.get("tavus_files", ["unknown"]))
        self._one_by_one.append(output.get("tavus_one_by_one"))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Report what a worker collected; on the controller, refuse a run without scenarios."""
        if any(recorded["untraced"] for recorded in self._records):
            session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED
        runner = self._config.stash.get(RUNNER, None)
        if runner is not None:
            used = runner.ledger()
            self._slowed = list(
                slowdown_lines(refusals=used.refusals, lowest=used.lowest, reason=used.last_refusal)
            )
        output: WorkerOutput | None = getattr(self._config, "workeroutput", None)
        if output is not None:
            output["tavus_files"] = sorted(self._files)
            output["tavus_one_by_one"] = self._config.stash.get(ONE_BY_ONE, None)
        elif self._workers and not self._files and not session.testsfailed:
            self._refuse(session, describe_empty_collection(self._settings))
        elif self._proved_nothing and session.exitstatus == pytest.ExitCode.OK:
            self._refuse(session, f"no scenario ran: {next(iter(self._unproven))}")

    @property
    def _proved_nothing(self) -> bool:
        return bool(self._unproven) and not self._ran and not plays_nothing(self._config)

    def _refuse(self, session: pytest.Session, why: str) -> None:
        self._config.get_terminal_writer().line(f"\nERROR: {why}", red=True)
        session.exitstatus = pytest.ExitCode.USAGE_ERROR

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Attach the record to the report, as plain data that pytest-xdist can serialize."""
        report = yield
        if isinstance(item, ScenarioItem) and call.when == "call" and item.seconds is not None:
            report.duration, item.seconds = item.seconds, None
        if call.excinfo is not None and isinstance(call.excinfo.value, NotRunError):
            report.__dict__[NOT_RUN] = call.excinfo.value.reason
        if isinstance(item, ScenarioItem) and item.record is not None:
            report.__dict__[RECORD], item.record = item.record, None
            if call.excinfo is not None and isinstance(call.excinfo.value, VerdictError):
                report.__dict__[COLOURED] = call.excinfo.value.coloured
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the record for the summary. With pytest-xdist, only the controller has one."""
        if self._is_worker:
            return
        self._ran = self._ran or report.when == "call" or report.failed
        if (reason := find_unproven_reason(report)) is not None:
            self._unproven[reason] += 1
        if report.failed and NOT_RUN in report.__dict__:
            self._not_run[report.__dict__[NOT_RUN]] += 1
        if not report.passed and report.when != "teardown":
            self._unjudged.update(_describe_unjudged(report))
        recorded = report.__dict__.get(RECORD)
        if recorded is None or not (report.passed or report.failed):
            return  # the user need not correct an expected failure, nor a failure that is rerun
        if self._config.get_terminal_writer().hasmarkup:
            colour(report)
        self._records.append(recorded)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        in_colour = self._config.get_terminal_writer().hasmarkup
        reasons = self._one_by_one or [self._config.stash.get(ONE_BY_ONE, None)]
        lines = [
            *summary_lines(self._records, unjudged=self._unjudged, color=in_colour),
            *not_run_lines(self._not_run),
            *unproven_lines(self._unproven),
            *unreached_lines(self._count_unreached()),
            *self._slowed,
            *one_by_one_lines(reasons),
            *describe_uncollected_files(self._config, self._settings, self._files),
        ]
        if lines:
            terminalreporter.write_sep("=", "Tavus scenarios")
        for line in lines:
            terminalreporter.write_line(line)

    def _count_unreached(self) -> int:
        if plays_nothing(self._config):
            return 0
        return self._selected - len(self._records) - self._unjudged.total()


def _describe_unjudged(report: pytest.TestReport) -> list[str]:
    """Return the status of a scenario without a verdict, as a list of one word or none."""
    if not is_scenario_file(Path(report.nodeid.partition("::")[0])):
        return []
    if report.skipped:
        return ["xfailed" if hasattr(report, "wasxfail") else "skipped"]
    if NOT_RUN in report.__dict__:
        return ["not run"]
    return ["with an error"] if report.failed and RECORD not in report.__dict__ else []
