"""A tool whose host is not listed is an error where the PAL is written, however it is given."""

from __future__ import annotations

import pytest

from pytest_tavus.errors import ScenarioError
from tests.run.conftest import FINDS, Staged


def refused(staged: Staged, *hosts: str, text: str = FINDS) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        staged(hosts=hosts).load(text)
    return [str(problem) for problem in caught.value.problems]


def test_a_host_outside_the_list_is_an_error_at_its_line(staged: Staged) -> None:
    assert refused(staged, "shop.example.com") == [
        f"waiter.pal.yaml:{line}: the host 'shop.example' is not among those that tools may call\n"
        "    hint: did you mean 'shop.example.com'?"
        for line in ("9:27", "15:27")
    ]


def test_a_listed_host_is_played(staged: Staged) -> None:
    house = staged(hosts=("shop.example",))
    assert house.run(FINDS).verdict.outcome == "passed"


def test_a_pal_within_the_scenario_is_held_to_the_list(staged: Staged) -> None:
    pal = "{tools: [{name: find, description: d, delivery: {api: {url: 'https://shop.exampel/'}}}]}"
    text = FINDS.replace("waiter.pal.yaml", pal)
    (problem,) = refused(staged, "shop.example", text=text)
    assert problem.startswith("s.yaml:2:")
    assert "did you mean 'shop.example'?" in problem


def test_a_placeholder_in_the_host_is_told_once(staged: Staged) -> None:
    pal = "{tools: [{name: find, description: d, delivery: {api: {url: 'https://{x}.test/'}}}]}"
    text = FINDS.replace("waiter.pal.yaml", pal)
    found = refused(staged, "*.test", text=text)
    assert sum("the hostname must be static" in problem for problem in found) == 1
