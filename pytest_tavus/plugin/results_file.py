"""The hooks that write what came of every scenario of a run to a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_tavus.plugin.failure import NOT_RUN, RECORD, skip_reason
from pytest_tavus.plugin.selection import is_scenario_file
from pytest_tavus.report.results import ResultRow, ResultsFile, ResultStatus


class ResultsHooks:
    """Writes where reports arrive: in the only process, or in the controller."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = ResultsFile(path)
        self._reports: dict[str, list[pytest.TestReport]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what is reported of a scenario until all of it is there."""
        if is_scenario_file(Path(report.nodeid.partition("::")[0])):
            self._reports.setdefault(report.nodeid, []).append(report)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Write what came of a scenario."""
        reports = self._reports.pop(nodeid, None)
        if reports:
            self._file.add(_row(nodeid, reports))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write what has not been told of, such as what a dying worker left; and the end."""
        for nodeid, reports in self._reports.items():
            self._file.add(_row(nodeid, reports))
        self._reports.clear()
        self._file.end(int(session.exitstatus))
        if self._file.write_error is not None:
            session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say that the file is not whole; what came of the scenarios stands above."""
        if self._file.write_error is not None:
            text = f"ERROR: --tavus-results: {self._path} is not whole: {self._file.write_error}"
            terminalreporter.write_line(text, red=True)


def _row(nodeid: str, reports: list[pytest.TestReport]) -> ResultRow:
    """Make one row of the reports of set-up, call and teardown."""
    telling = next((one for one in reports if one.failed), None)
    if telling is None:
        telling = next(
            (one for one in reports if not one.passed or one.when == "call"), reports[-1]
        )
    texts = (
        "the run was ended before it" if _is_interrupted(telling) else "",
        skip_reason(telling) or telling.longreprtext,
        str(getattr(telling, "wasxfail", "")),
    )
    record = next((one.__dict__[RECORD] for one in reports if RECORD in one.__dict__), None)
    came = _result_status(telling)
    return ResultRow(
        nodeid=nodeid,
        came=came,
        seconds=round(sum(one.duration for one in reports), 6),
        text=next((text for text in texts if text and came != "passed"), ""),
        record=record,
    )


def _result_status(report: pytest.TestReport) -> ResultStatus:
    if NOT_RUN in report.__dict__ or _is_interrupted(report):
        return "not run"
    if report.failed:
        return "failed" if report.when == "call" else "error"
    if hasattr(report, "wasxfail"):
        return "xpassed" if report.passed else "xfailed"
    return "skipped" if report.skipped else "passed"


def _is_interrupted(report: pytest.TestReport) -> bool:
    """Tell whether nothing but the set-up was reported: the run ended before the conversation."""
    return report.passed and report.when != "call"


def begin(config: pytest.Config, path: Path) -> None:
    """Write the results of this run, unless it is a worker's.

    Raises:
        pytest.UsageError: the file cannot be written.

    """
    if hasattr(config, "workerinput"):
        return
    try:
        results = ResultsHooks(path)
    except OSError as error:
        message = f"--tavus-results: {path} cannot be written: {error.strerror}"
        raise pytest.UsageError(message) from None
    config.pluginmanager.register(results, "tavus-results")
