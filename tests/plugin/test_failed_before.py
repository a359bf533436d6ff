"""What pytest has kept of the last run finds the same scenarios again, rows among them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.plugin.conftest import FAILING, PASSING, Project

NAMES = ("cancels[ann]", "cancels[bob]", "a [bracket", "cancels")
GREEN = [{**PASSING, "name": f"shows[{number}]"} for number in range(3)]


def failing(name: str) -> dict[str, Any]:
    return {**FAILING, "name": name}


@pytest.mark.parametrize("name", NAMES)
def test_what_failed_last_runs_again_alone(project: Project, name: str) -> None:
    project.scenarios(*GREEN, failing(name))
    project.run("--tavus-scenarios").assert_outcomes(passed=3, failed=1)

    project.run("--tavus-scenarios", "--lf").assert_outcomes(failed=1)


def test_what_failed_last_runs_first(project: Project) -> None:
    project.scenarios(*GREEN, *map(failing, NAMES))
    project.run("--tavus-scenarios")

    run = project.run("--tavus-scenarios", "--ff", "-v", "-x")

    run.assert_outcomes(failed=1)
    run.stdout.fnmatch_lines(["*::cancels?ann? FAILED*"])


def test_a_step_goes_on_where_the_last_one_failed(project: Project) -> None:
    project.scenarios(*GREEN, failing("cancels[ann]"), failing("cancels[bob]"))
    project.run("--tavus-scenarios", "--sw").assert_outcomes(passed=3, failed=1)

    project.run("--tavus-scenarios", "--sw").assert_outcomes(failed=1, deselected=3)
    project.run("--tavus-scenarios", "--sw-skip").assert_outcomes(failed=2, deselected=3)


def test_what_is_new_runs_first(project: Project) -> None:
    project.scenarios(*GREEN)
    project.run("--tavus-scenarios").assert_outcomes(passed=3)
    project.scenarios(*GREEN, {**PASSING, "name": "shows[new]"})

    run = project.run("--tavus-scenarios", "--nf", "-v")

    order = [line.partition("::")[2].partition(" ")[0] for line in run.outlines if "::" in line]
    assert order == ["shows[new]", "shows[0]", "shows[1]", "shows[2]"]
