"""The hooks of a run with scenarios. Without the flag none of them is even registered."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from pytest_tavus.collect import ScenarioFile, ScenarioItem
from pytest_tavus.fixtures import stage_of
from pytest_tavus.options import Settings
from pytest_tavus.outcome import colour, record
from pytest_tavus.selection import is_scenario_file, nothing_collected, select


def begin(config: pytest.Config, settings: Settings) -> None:
    """Point pytest at the scenarios and register the hooks that collect and report them."""
    select(config, settings)
    config.pluginmanager.register(ScenarioRun(config, settings), "tavus-scenarios")


class ScenarioRun:
    """Collects and reports scenarios. One per session that was asked for them."""

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        self._config = config
        self._settings = settings
        self._files = 0
        self._records: list[dict[str, str | None]] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """Set up the stage, so that a setting it refuses ends the run before any file is read."""
        stage_of(self._config)

    def pytest_collect_file(
        self, file_path: Path, parent: pytest.Collector
    ) -> pytest.Collector | None:
        """Take the scenario files below the scenarios path, and those named by the user."""
        if not is_scenario_file(file_path) or not self._wanted(file_path, parent.session):
            return None
        self._files += 1
        return ScenarioFile.from_parent(  # pyright: ignore[reportUnknownMemberType]  # untyped there
            parent, path=file_path
        )

    def _wanted(self, path: Path, session: pytest.Session) -> bool:
        return path.is_relative_to(self._settings.scenarios) or session.isinitpath(path)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, session: pytest.Session) -> None:
        """Refuse a run without a scenario file, before anything is deselected."""
        if not self._files and not session.testsfailed:
            raise pytest.UsageError(nothing_collected(self._settings))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Put what came of a scenario on its report, as plain data that can travel."""
        report = yield
        if isinstance(item, ScenarioItem) and item.result is not None:
            report.__dict__["tavus"] = record(item.result)
            item.result = None
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the record for the summary. Runs where reports arrive: on the controller."""
        recorded = report.__dict__.get("tavus")
        if recorded is None or hasattr(self._config, "workerinput"):
            return
        if self._config.get_terminal_writer().hasmarkup:
            colour(report, recorded)
        self._records.append({**recorded, "coloured": None})

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what the scenarios came to."""
        terminalreporter.write_line(str(len(self._records)))
