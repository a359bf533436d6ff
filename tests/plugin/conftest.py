"""A project of a user, with our plugin installed in it and a runner without an engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

# Loaded here, so that runs in this process share these modules instead of loading their own.
from pytest_tavus.plugin import session_hooks as _run
from tests.installed import install
from tests.plugin import fakes as _fakes
from tests.source import REPOSITORY

__all__ = ["_fakes", "_run"]

SECONDS = 60
"""How long a run in a process of its own may take."""

CONFTEST = """
import pytest
from pytest_tavus.plugin.fixtures import RUNNER
from tests.plugin.fakes import FakeRunner


def pytest_configure(config):
    config.stash[RUNNER] = FakeRunner(config.rootpath)
"""

PASSING = {"name": "tells where the order is", "line": 3}
FAILING = {"name": "cancels the order", "line": 9, "outcome": "failed"}


class Project:
    """A directory in which pytest runs with the plugin, as if it were installed."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.path = pytester.path
        pytester.makeconftest(CONFTEST)

    def scenarios(self, *given: dict[str, Any], file: str = "scenarios/order_status.yaml") -> Path:
        """Write a scenario file; without an argument, one with a single passing scenario."""
        return self.write(file, json.dumps(list(given) or [PASSING]))

    def write(self, file: str, text: str) -> Path:
        path = self.path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def conftest(self, text: str) -> None:
        """Add to the project's conftest."""
        with (self.path / "conftest.py").open("a") as conftest:
            conftest.write(text)

    def run(self, *args: str) -> pytest.RunResult:
        """Run pytest in this process, with our plugin alone."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
            return self.pytester.runpytest_inprocess("-p", "tavus", *args)

    def run_apart(self, *args: str) -> pytest.RunResult:
        """Run pytest in a process of its own, with every plugin that is installed."""
        return self.pytester.runpytest_subprocess("-p", "no:randomly", *args, timeout=SECONDS)

    def log(self) -> list[str]:
        """What the runner was told to do, in order."""
        log = self.path / "runner.log"
        return log.read_text().splitlines() if log.exists() else []


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project in which the plugin is installed, however this suite itself came by it."""
    site = install(pytester, monkeypatch)
    monkeypatch.setenv("PYTHONPATH", f"{REPOSITORY}:{site}")
    return Project(pytester)
