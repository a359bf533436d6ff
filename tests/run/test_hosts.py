"""A tool whose host is not listed is an error where the PAL is written, however it is given."""

from __future__ import annotations

import pytest

from pytest_tavus.errors import ScenarioError
from tests.run.conftest import FINDS, BuildProject


def refused(build_project: BuildProject, *hosts: str, text: str = FINDS) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        build_project(hosts=hosts).load(text)
    return [str(problem) for problem in caught.value.problems]


def test_a_host_outside_the_list_is_an_error_at_its_line(build_project: BuildProject) -> None:
    assert refused(build_project, "shop.example.com") == [
        f"waiter.pal.yaml:{line}: the host 'shop.example' is not among those that tools may call\n"
        "    hint: did you mean 'shop.example.com'?"
        for line in ("9:27", "15:27")
    ]


def test_a_listed_host_is_played(build_project: BuildProject) -> None:
    project = build_project(hosts=("shop.example",))
    assert project.run(FINDS).verdict.outcome == "passed"


def test_a_pal_within_the_scenario_is_held_to_the_list(build_project: BuildProject) -> None:
    pal = "{tools: [{name: find, description: d, delivery: {api: {url: 'https://shop.exampel/'}}}]}"
    text = FINDS.replace("waiter.pal.yaml", pal)
    (problem,) = refused(build_project, "shop.example", text=text)
    assert problem.startswith("s.yaml:2:")
    assert "did you mean 'shop.example'?" in problem


def test_a_placeholder_in_the_host_is_told_once(build_project: BuildProject) -> None:
    pal = "{tools: [{name: find, description: d, delivery: {api: {url: 'https://{x}.test/'}}}]}"
    text = FINDS.replace("waiter.pal.yaml", pal)
    found = refused(build_project, "*.test", text=text)
    assert sum("the hostname must be static" in problem for problem in found) == 1
