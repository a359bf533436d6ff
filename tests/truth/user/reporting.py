"""Writes what pytest reports of the project, as JSON lines: one for each test, and each refusal."""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

REPORTS = Path("reports.jsonl")
ERROR = "raised"


def _write(report: Any) -> None:
    row = {
        "id": report.nodeid,
        "when": getattr(report, "when", "collect"),
        "outcome": report.outcome,
        "text": report.longreprtext,
        "raised": getattr(report, ERROR, None),
    }
    with REPORTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.outcome != "passed":
        _write(report)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    setattr(report, ERROR, None if call.excinfo is None else call.excinfo.typename)
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" or report.outcome != "passed":
        _write(report)
