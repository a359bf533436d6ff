"""Our plugin beside others, each in a process of its own."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from tests.plugin.conftest import FAILING, PASSING, SECONDS, Project

ASYNC_TEST = """
import pytest

@pytest.mark.{mark}
async def test_async():
    pass
"""


def test_scenarios_run_on_workers(project: Project) -> None:
    project.scenarios(PASSING, FAILING)
    project.scenarios(*({"name": f"asks {number}"} for number in range(8)), file="scenarios/b.yaml")

    run = project.run_apart("--tavus-scenarios", "-n", "2", "--junitxml=junit.xml")

    run.assert_outcomes(passed=9, failed=1)
    run.stdout.fnmatch_lines(
        [
            "tavus: scenarios=scenarios, *",
            "scenarios/order_status.yaml:9:2: missing call",
            "*the tool get_order_status was not called",
            "FAILED scenarios/order_status.yaml::cancels the order - the tool *",
        ]
    )
    run.stdout.no_fnmatch_line("*.py:*")
    failure = ET.parse(project.path / "junit.xml").find(".//failure")
    assert failure is not None
    assert failure.get("message") == "the tool get_order_status was not called"


def test_workers_collect_what_their_controller_chose(project: Project) -> None:
    project.scenarios(PASSING)
    project.write("tests/test_python.py", "def test_python(): pass")
    project.write("pytest.ini", "[pytest]\ntestpaths = tests\n")

    project.run_apart("--tavus-scenarios", "-n", "1").assert_outcomes(passed=1)
    project.run_apart("tests", "--tavus-scenarios", "-n", "1").assert_outcomes(passed=2)


def test_a_missing_path_is_refused_before_any_worker(project: Project) -> None:
    run = project.run_apart("--tavus-scenarios", "-n", "2")

    assert run.ret == pytest.ExitCode.USAGE_ERROR
    run.stderr.fnmatch_lines(["ERROR: no scenarios in *: there is no such file or directory"])


def test_files_that_pytest_ignores_are_refused_with_workers_too(project: Project) -> None:
    project.scenarios(PASSING)

    run = project.run_apart("--tavus-scenarios", "-n", "1", "--ignore-glob=*.yaml")

    assert run.ret == pytest.ExitCode.USAGE_ERROR
    run.stdout.fnmatch_lines(["*ERROR: no scenarios in *: pytest collected no scenario file *"])


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_asyncio_tests_and_scenarios_run_together(project: Project, mode: str) -> None:
    project.scenarios(PASSING, FAILING)
    project.write("tests/test_async.py", ASYNC_TEST.format(mark="asyncio"))

    run = project.run_apart("tests", "--tavus-scenarios", f"--asyncio-mode={mode}")

    run.assert_outcomes(passed=2, failed=1)


def test_anyio_tests_and_scenarios_run_together(project: Project) -> None:
    project.scenarios(PASSING, FAILING)
    project.write("tests/test_async.py", ASYNC_TEST.format(mark="anyio"))

    run = project.run_apart("tests", "--tavus-scenarios", "-p", "no:asyncio")

    outcomes = run.parseoutcomes()
    assert outcomes["failed"] == 1
    assert outcomes["passed"] >= 2


def test_scenarios_are_shuffled_with_the_rest(project: Project) -> None:
    project.scenarios(*({"name": f"asks {number}"} for number in range(8)))

    run = project.pytester.runpytest_subprocess(
        "--tavus-scenarios",
        "-p",
        "randomly",
        "-p",
        "no:xdist",
        "-p",
        "no:cacheprovider",
        timeout=SECONDS,
    )

    run.assert_outcomes(passed=8)
    run.stdout.fnmatch_lines(["Using --randomly-seed=*"])


def test_a_failure_that_is_run_again_is_not_counted(project: Project) -> None:
    project.scenarios(FAILING)
    counted = "1 scenario: 1 failed"
    project.run("--tavus-scenarios").stdout.fnmatch_lines([counted])
    project.conftest("""
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(call):
    report = yield
    if call.when == "call":
        report.outcome = "rerun"  # as pytest-rerunfailures does
    return report
""")

    result = project.run("--tavus-scenarios")

    result.stdout.no_fnmatch_line(f"*{counted}*")


def test_the_plugin_can_be_switched_off(project: Project) -> None:
    project.scenarios(PASSING)
    project.write("conftest.py", "")
    project.write("tests/test_python.py", "def test_python(): pass")

    project.run_apart("-p", "no:tavus").assert_outcomes(passed=1)
    refused = project.run_apart("-p", "no:tavus", "--tavus-scenarios")

    refused.stderr.fnmatch_lines(["*unrecognized arguments: --tavus-scenarios"])
