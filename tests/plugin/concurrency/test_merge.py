"""A run that was split over three machines is one run again, with one report and one exit code."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_tavus.plugin.results_file import ResultsHooks
from pytest_tavus.report.results import read_part
from tests.plugin.concurrency.conftest import Town, asks, merged, part


def test_three_parts_are_one_report(
    town: Town, parts: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    code, lines = merged(capsys, *parts, "--trace-dir", town.path / "traces")

    assert code == 1
    assert lines[0] == "FAILED scenarios/3.yaml::bad"
    assert "4 scenarios: 3 passed, 1 failed" in lines
    assert lines[-2:] == [
        "3 parts: 3 passed, 1 skipped, 1 xfailed, 1 failed",
        f"traces: {town.path / 'traces'} (5)",
    ]
    assert len(list((town.path / "traces").iterdir())) == 5


def test_what_is_told_of_traces_is_where_they_have_been_copied_to(
    town: Town, parts: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    moved = [path.rename(town.path / f"moved-{path.name}") for path in parts]
    whole, junit = town.path / "traces", town.path / "all.xml"

    _, lines = merged(capsys, *moved, "--trace-dir", whole, "--junit", junit)

    (evidence,) = [line for line in lines if line.startswith("    evidence")]
    (trace,) = whole.glob("*--bad-*")
    assert evidence == f"    evidence  entry 6 of {trace}"
    told = [one.get("value", "") for one in ET.parse(junit).iter("property")]
    traces = [Path(value) for value in told if value.endswith(".trace.jsonl")]
    assert set(traces) == set(whole.iterdir())


def test_green_parts_are_green(parts: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = merged(capsys, *parts[:2])

    assert code == 0
    assert lines[-1] == "2 parts: 2 passed, 1 skipped, 1 xfailed"


def test_the_merged_results_are_a_part_again(
    town: Town, parts: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    whole = town.path / "whole.jsonl"
    merged(capsys, *parts[1:], "--results", whole)

    code, lines = merged(capsys, parts[0], whole)

    assert (code, lines[-1]) == (1, "2 parts: 3 passed, 1 skipped, 1 xfailed, 1 failed")


def test_junit_has_every_scenario_once(
    town: Town, parts: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    merged(capsys, *parts, "--junit", town.path / "all.xml")

    suite = next(ET.parse(town.path / "all.xml").iter("testsuite"))
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "6", "failures": "1", "errors": "0", "skipped": "2"}
    bad = next(case for case in suite if case.get("name") == "bad")
    failure = bad.find("failure")
    assert failure is not None
    assert "missing speech" in (failure.get("message") or "")
    assert "'nothing'" in (failure.text or "")
    values = {one.get("name"): one.get("value") for one in bad.iter("property")}
    assert values["tavus_verdict"] == "failed"


def test_what_an_interrupt_ended_is_not_run(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    town.conftest("""
def pytest_tavus_result(item, result):
    if item.name == "second":
        raise KeyboardInterrupt
""")
    town.scenarios(asks("first"), asks("second"), asks("third"))
    town.run_apart("--tavus-results=results.jsonl")

    code, lines = merged(capsys, town.path)

    assert code == 1
    assert lines[:2] == ["NOT RUN scenarios/a.yaml::second", "  the run was ended before it"]
    assert "  not run       1: the run was ended before it" in lines
    assert "1 part: 1 passed, 1 not run" in lines


def test_what_an_interrupt_ended_in_a_worker_is_not_run(tmp_path: Path) -> None:
    results = ResultsHooks(tmp_path / "results.jsonl")
    worker = {"id": "gw0", "sysplatform": "linux", "version_info": (3, 11, 0), "executable": "py"}
    report = pytest.TestReport(
        nodeid="scenarios/a.yaml::first", location=("scenarios/a.yaml", 0, "first"), keywords={},
        outcome="passed", longrepr=None, when="setup",
        node=SimpleNamespace(workerinfo=worker),
    )  # fmt: skip

    results.pytest_runtest_logreport(report)
    session: Any = SimpleNamespace(exitstatus=2)
    results.pytest_sessionfinish(session)

    (row,) = read_part(tmp_path).rows
    assert (row.came, row.text) == ("not run", "the run was ended before it")


def test_what_was_not_run_is_in_the_results(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    town.scenarios(*(asks(f"s{number}") for number in range(3)), file="scenarios/1.yaml")
    capped = part(town, 1, "--tavus-max-conversations=1")

    code, lines = merged(capsys, capped)

    assert code == 1
    reason = "the run has opened its 1 conversation (--tavus-max-conversations)"
    assert f"  not run       2: {reason}" in lines
    assert lines[-1] == "1 part: 1 passed, 2 not run"


def test_a_fixture_that_fails_is_an_error_of_its_scenario(town: Town) -> None:
    town.conftest("@pytest.fixture\ndef broken():\n    raise RuntimeError('no database')\n")
    town.scenarios(asks("first", fixtures=["broken"]), file="scenarios/1.yaml")

    lines = (part(town, 1) / "results.jsonl").read_text().splitlines()

    assert json.loads(lines[1])["came"] == "error"
    assert json.loads(lines[-1]) == {"exit": 1}


def test_a_file_that_cannot_be_written_is_a_usage_error(town: Town) -> None:
    town.scenarios(asks("first"))

    run = town.run("--tavus-results=pytest.ini/results.jsonl")

    assert run.ret == pytest.ExitCode.USAGE_ERROR
