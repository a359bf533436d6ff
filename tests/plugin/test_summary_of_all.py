"""The summary tells of every scenario, judged or not, reached or not."""

from __future__ import annotations

import pytest

from tests.plugin.conftest import FAILING, PASSING, Project

INTERRUPTS = """
def pytest_tavus_result(item, result):
    raise KeyboardInterrupt
"""


def unreached(run: pytest.RunResult) -> list[str]:
    return [line for line in run.outlines if line.startswith("  not reached")]


def test_the_summary_counts_all_scenarios_and_no_other_test(project: Project) -> None:
    project.conftest("\nimport pytest\n@pytest.fixture\ndef broken():\n    1 / 0\n")
    project.write("test_other.py", "import pytest\ndef test_other(): pytest.skip('not now')\n")
    project.scenarios(
        PASSING,
        {**FAILING, "name": "skipped", "marks": [{"name": "skip", "reason": "not today"}]},
        {**FAILING, "name": "expected", "marks": [{"name": "xfail", "reason": "known"}]},
        {**PASSING, "name": "broken", "fixtures": ["broken"]},
        FAILING,
    )

    run = project.run(".", "--tavus-scenarios")

    run.assert_outcomes(passed=1, failed=1, skipped=2, xfailed=1, errors=1)
    run.stdout.fnmatch_lines(
        ["5 scenarios: 1 passed, 1 failed, 1 skipped, 1 xfailed, 1 with an error"]
    )


@pytest.mark.parametrize("option", ["-x", "--maxfail=1", "--stepwise"])
def test_scenarios_that_a_failure_kept_from_running_are_counted(
    project: Project, option: str
) -> None:
    project.scenarios(FAILING, PASSING, {**PASSING, "name": "last"})

    assert unreached(project.run("--tavus-scenarios", option)) == [
        "  not reached   2: the run was ended before"
    ]


def test_scenarios_that_an_interrupt_kept_from_running_are_counted(project: Project) -> None:
    project.conftest(INTERRUPTS)
    project.scenarios(PASSING, FAILING)

    run = project.run_apart("--tavus-scenarios")

    assert run.ret == pytest.ExitCode.INTERRUPTED
    assert unreached(run) == ["  not reached   2: the run was ended before"]


@pytest.mark.parametrize("option", ["-v", "--collect-only", "--setup-plan", "--setup-only"])
def test_no_unreached_scenarios_are_reported_if_all_ran_or_none_should(
    project: Project, option: str
) -> None:
    project.scenarios(PASSING, FAILING)

    assert unreached(project.run("--tavus-scenarios", option)) == []
