"""Writes the result of every scenario of a run to the file of `--tavus-results`."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_tavus.plugin.failure import NOT_RUN, RECORD, skip_reason
from pytest_tavus.plugin.selection import is_scenario_file
from pytest_tavus.report.results import ResultRow, ResultsFile, ResultStatus


class ResultsHooks:
    """Registered where reports arrive: in the only process, or in the controller."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = ResultsFile(path)
        self._reports: dict[str, list[pytest.TestReport]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the reports of a scenario until pytest has sent all of them."""
        if is_scenario_file(Path(report.nodeid.partition("::")[0])):
            self._reports.setdefault(report.nodeid, []).append(report)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        reports = self._reports.pop(nodeid, None)
        if reports:
            self._file.add(_row(nodeid, reports))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the scenarios without a finish, such as those of a crashed worker; then the end."""
        for nodeid, reports in self._reports.items():
            self._file.add(_row(nodeid, reports))
        self._reports.clear()
        self._file.end(int(session.exitstatus))
        if self._file.write_error is not None:
            session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Report that the file is incomplete."""
        if self._file.write_error is not None:
            text = f"ERROR: --tavus-results: {self._path} is not whole: {self._file.write_error}"
            terminalreporter.write_line(text, red=True)


def _row(nodeid: str, reports: list[pytest.TestReport]) -> ResultRow:
    """Combine the reports of set-up, call and teardown. A failure decides, in any phase."""
    decisive = next((report for report in reports if report.failed), None)
    if decisive is None:
        decisive = next(
            (report for report in reports if not report.passed or report.when == "call"),
            reports[-1],
        )
    texts = (
        "the run was ended before it" if _is_interrupted(decisive) else "",
        skip_reason(decisive) or decisive.longreprtext,
        str(getattr(decisive, "wasxfail", "")),
    )
    status = _result_status(decisive)
    return ResultRow(
        nodeid=nodeid,
        came=status,
        seconds=round(sum(report.duration for report in reports), 6),
        text=next((text for text in texts if text and status != "passed"), ""),
        record=next((vars(report)[RECORD] for report in reports if RECORD in vars(report)), None),
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
    # Only the set-up was reported: the run ended before the conversation.
    return report.passed and report.when != "call"


def begin(config: pytest.Config, path: Path) -> None:
    """Register the hooks, unless this process is a worker of pytest-xdist.

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
