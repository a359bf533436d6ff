"""A run says so where concurrency was asked for and nothing could begin ahead."""

from __future__ import annotations

import pytest

from tests.plugin.concurrency.conftest import Town, asks

BY_ITSELF = """
@pytest.fixture(autouse=True)
def clean():
    pass
"""

DECIDES = """
def pytest_runtest_setup(item):
    pass
"""

OF_A_FILE = """
@pytest.fixture(autouse=True, scope="module")
def database():
    pass
"""


def told(run: pytest.RunResult) -> list[str]:
    return [line for line in run.outlines if line.startswith("  one by one")]


@pytest.mark.parametrize(
    ("conftest", "reason"),
    [
        (BY_ITSELF, "s0: the fixture clean is set up for each scenario"),
        (DECIDES, "s1: pytest_runtest_setup of a conftest.py decides whether it runs"),
    ],
)
def test_the_first_reason_is_told(town: Town, conftest: str, reason: str) -> None:
    town.conftest(conftest)
    town.scenarios(*(asks(f"s{number}") for number in range(3)))

    run = town.run()

    run.assert_outcomes(passed=3)
    assert told(run) == [f"  one by one    no conversation could begin ahead: {reason}"]


def test_it_is_told_of_scenarios_that_are_alone(town: Town) -> None:
    town.scenarios(*(asks(f"s{number}", alone=True) for number in range(2)))

    assert told(town.run()) == [
        "  one by one    no conversation could begin ahead: s0: alone: true"
    ]


def test_it_is_told_of_files_with_one_scenario_and_fixtures_of_their_own(town: Town) -> None:
    town.conftest(OF_A_FILE)
    for number in range(3):
        town.scenarios(asks("only"), file=f"scenarios/{number}.yaml")

    first = "each was the first to set up its fixtures"
    assert told(town.run()) == [f"  one by one    no conversation could begin ahead: {first}"]


def test_it_is_told_where_none_waits_for_anything(town: Town) -> None:
    town.scenarios(asks("first", "at once"), asks("second", "at once"))

    run = town.run()

    run.assert_outcomes(passed=2)
    assert " ".join(told(run)) == (
        "  one by one    no conversation could begin ahead: none of them waited; what computes, or "
        "blocks the process (time.sleep, requests), gains by pytest-xdist (-n) instead"
    )


def test_it_is_told_where_only_the_last_waits(town: Town) -> None:
    town.scenarios(asks("first", "at once"), asks("second", "at once"), asks("third"))

    last = "only the last of them waited"
    assert told(town.run()) == [f"  one by one    no conversation could begin ahead: {last}"]


def test_it_is_told_once_of_all_workers(town: Town) -> None:
    town.conftest(BY_ITSELF)
    town.scenarios(*(asks(f"s{number}") for number in range(8)))

    run = town.run_apart("-n", "2")

    run.assert_outcomes(passed=8)
    assert len(told(run)) == 1


def test_nothing_is_told_where_any_began_ahead(town: Town) -> None:
    town.scenarios(asks("alone", alone=True), asks("first"), asks("second"))

    assert told(town.run()) == []


def test_nothing_is_told_where_there_is_but_one(town: Town) -> None:
    town.scenarios(asks("only"))

    assert told(town.run()) == []


def test_nothing_is_told_where_concurrency_was_not_asked_for(town: Town) -> None:
    town.conftest(BY_ITSELF)
    town.scenarios(asks("first"), asks("second"))

    assert told(town.run(at_once=1)) == []


def test_nothing_is_told_of_a_run_that_was_ended(town: Town) -> None:
    town.conftest(BY_ITSELF)
    town.scenarios(asks("first"), asks("second", says="nothing"), asks("third"))

    assert told(town.run("-x")) == []
