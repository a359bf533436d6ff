"""Scenarios that prove nothing are skipped when they are collected, whatever else is asked for."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import pytest

from pytest_tavus.trace.facts import PROVES_NOTHING
from tests.plugin.conftest import FAILING, PASSING, Project

UNPROVEN = {"name": "thanks", "line": 5, "unproven": True}
ERROR = f"ERROR: no scenario ran: {PROVES_NOTHING}"

ALONE = [
    (),
    ("-m", "tavus"),
    ("-k", "thanks"),
    ("--lf",),
    ("-x",),
    ("--runxfail",),
    ("scenarios/order_status.yaml::thanks",),
]


def says_why(run: pytest.RunResult) -> bool:
    return any(line.startswith(ERROR) for line in run.outlines)


@pytest.mark.parametrize("options", ALONE, ids=" ".join)
def test_a_run_of_unproven_scenarios_alone_exits_with_4_and_the_reason(
    project: Project, options: tuple[str, ...]
) -> None:
    project.scenarios(UNPROVEN)

    run = project.run("--tavus-scenarios", *options)

    assert run.ret == pytest.ExitCode.USAGE_ERROR
    run.assert_outcomes(skipped=1)
    assert says_why(run)
    assert not any(line.startswith("run ") for line in project.log())


@pytest.mark.parametrize("options", ALONE[:1] + ALONE[3:6], ids=" ".join)
def test_beside_another_scenario_an_unproven_scenario_is_only_skipped(
    project: Project, options: tuple[str, ...]
) -> None:
    project.scenarios(UNPROVEN, PASSING)

    run = project.run("--tavus-scenarios", *options)

    assert run.ret == pytest.ExitCode.OK
    run.assert_outcomes(passed=1, skipped=1)
    assert not says_why(run)
    assert "2 scenarios: 1 passed, 1 skipped" in run.outlines
    run.stdout.fnmatch_lines([f"  skipped       1: {PROVES_NOTHING}: *session sim*"])


def test_beside_another_test_an_unproven_scenario_is_only_skipped(project: Project) -> None:
    project.write("test_other.py", "def test_other(): pass\n")
    project.scenarios(UNPROVEN)

    run = project.run(".", "--tavus-scenarios")

    assert run.ret == pytest.ExitCode.OK
    run.assert_outcomes(passed=1, skipped=1)


@pytest.mark.parametrize("options", [("-k", "thanks"), ("--deselect", "test_other.py")])
def test_a_test_that_is_deselected_did_not_run(project: Project, options: tuple[str, ...]) -> None:
    project.write("test_other.py", "def test_other(): pass\n")
    project.scenarios(UNPROVEN)

    assert project.run(".", "--tavus-scenarios", *options).ret == pytest.ExitCode.USAGE_ERROR


def test_a_scenario_that_its_own_mark_skips_did_not_run(project: Project) -> None:
    marked = {**PASSING, "marks": [{"name": "skip", "reason": "not today"}]}
    project.scenarios(UNPROVEN, marked)
    assert project.run("--tavus-scenarios").ret == pytest.ExitCode.USAGE_ERROR

    project.scenarios(marked)
    assert project.run("--tavus-scenarios").ret == pytest.ExitCode.OK


def test_a_failure_elsewhere_stays_a_failure(project: Project) -> None:
    project.scenarios(UNPROVEN, FAILING)

    run = project.run("--tavus-scenarios")

    assert run.ret == pytest.ExitCode.TESTS_FAILED
    run.assert_outcomes(failed=1, skipped=1)


def test_an_expected_failure_has_run(project: Project) -> None:
    expected = {**FAILING, "marks": [{"name": "xfail", "reason": "known"}]}
    project.scenarios(UNPROVEN, expected)

    run = project.run("--tavus-scenarios")

    assert run.ret == pytest.ExitCode.OK
    run.assert_outcomes(skipped=1, xfailed=1)


@pytest.mark.parametrize("strict", ["true", "false"])
def test_an_unproven_scenario_with_an_xfail_mark_is_skipped_too(
    project: Project, strict: str
) -> None:
    project.write("pytest.ini", f"[pytest]\nxfail_strict = {strict}\n")
    project.scenarios({**UNPROVEN, "marks": [{"name": "xfail", "reason": "known"}]})

    run = project.run("--tavus-scenarios")

    assert run.ret == pytest.ExitCode.USAGE_ERROR
    run.assert_outcomes(skipped=1)


def test_the_scenarios_own_skip_mark_gives_the_reason(project: Project) -> None:
    project.scenarios({**UNPROVEN, "marks": [{"name": "skip", "reason": "not today"}]})

    run = project.run("--tavus-scenarios", "-rs")

    assert run.ret == pytest.ExitCode.OK
    run.stdout.fnmatch_lines(["SKIPPED * not today"])
    assert PROVES_NOTHING not in run.stdout.str()


def test_no_fixture_is_set_up_for_an_unproven_scenario(project: Project) -> None:
    project.conftest("\nimport pytest\n@pytest.fixture\ndef broken():\n    1 / 0\n")
    project.scenarios({**UNPROVEN, "fixtures": ["broken"]}, PASSING)

    project.run("--tavus-scenarios").assert_outcomes(passed=1, skipped=1)


@pytest.mark.parametrize("option", ["--collect-only", "--setup-plan", "--setup-only"])
def test_a_run_that_plays_nothing_reports_unproven_scenarios_without_an_error(
    project: Project, option: str
) -> None:
    project.scenarios(UNPROVEN)

    run = project.run("--tavus-scenarios", option)

    assert run.ret == pytest.ExitCode.OK
    run.stdout.fnmatch_lines([f"  skipped       1: {PROVES_NOTHING}: *"])


@pytest.mark.parametrize("beside", [[], [PASSING]], ids=["alone", "beside another"])
def test_workers_skip_an_unproven_scenario_and_the_controller_decides(
    project: Project, beside: list[dict[str, object]]
) -> None:
    project.scenarios(UNPROVEN, *beside)

    run = project.run_apart("--tavus-scenarios", "-n", "2", "-p", "no:cacheprovider")

    run.assert_outcomes(skipped=1, passed=len(beside))
    assert run.ret == (pytest.ExitCode.OK if beside else pytest.ExitCode.USAGE_ERROR)
    assert says_why(run) is not bool(beside)


def test_what_failed_last_and_proves_nothing_now_is_not_green(project: Project) -> None:
    project.scenarios(FAILING, PASSING)
    project.run("--tavus-scenarios")
    project.scenarios({**FAILING, "unproven": True}, PASSING)

    run = project.run("--tavus-scenarios", "--lf")

    assert run.ret == pytest.ExitCode.USAGE_ERROR
    run.assert_outcomes(skipped=1)


def test_junit_and_results_have_the_reason_of_the_skip(project: Project) -> None:
    project.scenarios(UNPROVEN)

    project.run("--tavus-scenarios", "--junitxml=j.xml", "--tavus-results=r.jsonl")

    (skipped,) = ET.parse(project.path / "j.xml").iter("skipped")
    assert str(skipped.get("message")).startswith(PROVES_NOTHING)
    _, row, end = map(json.loads, (project.path / "r.jsonl").read_text().splitlines())
    assert row["came"] == "skipped"
    assert row["text"].startswith(PROVES_NOTHING)
    assert end == {"exit": 4}
