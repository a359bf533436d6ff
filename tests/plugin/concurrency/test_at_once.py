"""Conversations are held at once, as many as are wanted, and reported in order."""

from __future__ import annotations

import pytest

from tests.plugin.concurrency.conftest import Town, asks


def test_conversations_are_held_at_once(town: Town) -> None:
    town.scenarios(*(asks(f"s{number}", "meet-5") for number in range(5)))

    town.run(at_once=5).assert_outcomes(passed=5)


def test_without_concurrency_there_is_one_at_a_time(town: Town) -> None:
    town.scenarios(*(asks(f"s{number}") for number in range(5)))

    town.run(at_once=1).assert_outcomes(passed=5)

    assert town.most() == 1


def test_no_more_than_wanted_are_held(town: Town) -> None:
    town.scenarios(*(asks(f"s{number}", f"meet-3-{number // 3}") for number in range(9)))

    town.run(at_once=3).assert_outcomes(passed=9)

    assert town.most() == 3


def test_they_begin_and_are_reported_in_order(town: Town) -> None:
    names = [f"s{number}" for number in range(6)]
    town.scenarios(*(asks(name, "meet-6") for name in names))

    run = town.run("-v", at_once=6)

    assert [line.split()[1] for line in town.log("begin")] == names
    run.stdout.fnmatch_lines([f"*a.yaml::{name} PASSED*" for name in names], consecutive=True)


def test_scenarios_of_several_files_are_held_at_once(town: Town) -> None:
    for number in range(4):
        town.scenarios(asks(f"s{number}", "meet-4"), file=f"scenarios/{number}.yaml")

    town.run(at_once=4).assert_outcomes(passed=4)


def test_auto_is_one_for_an_application_in_this_process(town: Town) -> None:
    town.scenarios(*(asks(f"s{number}") for number in range(4)))

    town.run(at_once="auto").assert_outcomes(passed=4)

    assert town.most() == 1


def test_auto_is_more_for_a_handler_that_is_a_process(town: Town) -> None:
    command = "python -m uvicorn shop:app --port {port} --log-level warning"
    town.scenarios(
        *(asks(f"s{number}", "meet-8") for number in range(8)),
        handler={"command": command, "cwd": str(town.path)},
    )

    town.run(at_once="auto").assert_outcomes(passed=8)


def test_a_failure_is_the_one_of_its_own_scenario(town: Town) -> None:
    town.scenarios(
        asks("good", "meet-3"), asks("bad", "meet-3", says="nothing"), asks("fine", "meet-3")
    )

    run = town.run("-v")

    run.assert_outcomes(passed=2, failed=1)
    run.stdout.fnmatch_lines(["*::good PASSED*", "*::bad FAILED*", "*::fine PASSED*"])


def test_a_crash_of_the_handler_fails_its_own_scenario(town: Town) -> None:
    town.scenarios(asks("good"), asks("bad", "crash"), asks("fine"))

    run = town.run("-v")

    run.assert_outcomes(passed=2, failed=1)
    run.stdout.fnmatch_lines(["*RuntimeError: the shop is closed*"])


def test_the_duration_of_a_scenario_is_its_own(town: Town) -> None:
    town.scenarios(asks("first", "meet-2"), asks("second", "meet-2"))
    town.conftest(
        """
TOOK = {}

def pytest_tavus_result(item, result):
    TOOK[item.nodeid] = result.took

def pytest_runtest_logreport(report):
    if report.when == "call":
        note(f"own {report.duration == TOOK[report.nodeid] > 0}")
"""
    )

    town.run().assert_outcomes(passed=2)

    assert town.log("own") == ["own True"] * 2


@pytest.mark.parametrize("option", ["--collect-only", "--setup-only", "--setup-plan"])
def test_what_runs_nothing_begins_nothing(town: Town, option: str) -> None:
    town.scenarios(asks("first"), asks("second"))

    assert town.run(option).ret == pytest.ExitCode.OK

    assert town.log() == []


def test_setup_show_shows_the_fixtures_of_each(town: Town) -> None:
    town.scenarios(asks("first", "meet-2"), asks("second", "meet-2"))

    run = town.run("--setup-show")

    run.assert_outcomes(passed=2)
    run.stdout.fnmatch_lines(["*SETUP*tavus_handler*", "*::first*", "*::second*", "*TEARDOWN*"])
