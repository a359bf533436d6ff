"""Limits of a whole run: what they leave over is told as not run, and fails the run."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from tests.plugin.concurrency.conftest import Town, asks


@pytest.mark.parametrize("at_once", [1, 10])
def test_what_a_cap_leaves_over_is_not_run(town: Town, at_once: int) -> None:
    town.scenarios(*(asks(f"s{number}") for number in range(5)))

    run = town.run("--tavus-max-conversations=3", "--junitxml=junit.xml", at_once=at_once)

    run.assert_outcomes(passed=3, failed=2)
    assert run.ret == pytest.ExitCode.TESTS_FAILED
    assert len(town.log("begin")) == 3
    reason = "the run has opened its 3 conversations (--tavus-max-conversations)"
    run.stdout.fnmatch_lines(
        [
            f"not run: {reason}",
            "5 scenarios: 3 passed, 2 not run",
            f"  not run       2: {reason}",
            "FAILED scenarios/a.yaml::s3 - not run: the run has opened its 3 conversations*",
        ]
    )
    written = ET.parse(town.path / "junit.xml").iter("property")
    assert [one.get("value") for one in written if one.get("name") == "tavus_verdict"] == [
        *["passed"] * 3,
        *["not run"] * 2,
    ]


def test_a_cap_that_is_not_reached_changes_nothing(town: Town) -> None:
    town.scenarios(*(asks(f"s{number}", "meet-5") for number in range(5)))

    run = town.run("--tavus-max-conversations=5", "--tavus-max-connected=600")

    run.assert_outcomes(passed=5)
    run.stdout.no_fnmatch_line("*not run*")


def test_the_deadline_of_the_run_ends_what_is_open_and_the_rest_is_not_run(town: Town) -> None:
    town.scenarios(*(asks(f"s{number}", "stay") for number in range(3)))

    run = town.run("--tavus-run-deadline=0.5", "--tavus-trace-dir=traces", at_once=2)

    run.assert_outcomes(failed=3)
    whole = "0.5 s (--tavus-run-deadline)"
    run.stdout.fnmatch_lines(
        [
            f"not run: not to its end: nothing was left of the run's {whole}",
            f"  not run       2: not to its end: nothing was left of the run's {whole}",
            f"  not run       1: the run took longer than its {whole}",
        ]
    )
    run.stdout.no_fnmatch_line("*to put right*")
    assert len(town.log("begin")) == len(list((town.path / "traces").iterdir())) == 2


def test_connected_seconds_are_shared_by_all(town: Town) -> None:
    town.scenarios(*(asks(f"s{number}", "stay") for number in range(3)))

    run = town.run("--tavus-max-connected=0.4", at_once=3)

    run.assert_outcomes(failed=3)
    whole = "0.4 connected seconds (--tavus-max-connected)"
    run.stdout.fnmatch_lines([f"  not run       2: the run has used its {whole}"])
    assert len(town.log("begin")) == 1


def test_no_more_are_in_flight_than_allowed(town: Town) -> None:
    town.scenarios(*(asks(f"s{number}", "meet-2") for number in range(6)))

    town.run("--tavus-max-in-flight=2", at_once=6).assert_outcomes(passed=6)

    assert town.most() == 2


def test_a_service_that_is_full_slows_the_run_down(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pytest_tavus.run.limits.gate.FIRST_PAUSE", 0.001)
    town.scenarios(*(asks(f"s{number}") for number in range(6)))
    town.conftest(
        """
import pytest_tavus.run.runner as stages
from pytest_tavus.errors import LimitError
from pytest_tavus.plugin.fixtures import SETTINGS, RUNNER

TRIES = []

async def opener(*given, **named):
    TRIES.append(1)
    if len(TRIES) < 4:
        raise LimitError("User has reached maximum concurrent conversations")
    return await stages.open_simulated(*given, **named)

def pytest_sessionstart(session):
    config = session.config
    config.stash[RUNNER] = stages.Runner(
        config.stash[SETTINGS], root=config.rootpath, environ={}, opener=opener
    )
"""
    )

    run = town.run(at_once=4)

    run.assert_outcomes(passed=6)
    said = "User has reached maximum concurrent conversations"
    run.stdout.fnmatch_lines([f"  slowed down   3 times, to ? conversation* at once: {said}"])
