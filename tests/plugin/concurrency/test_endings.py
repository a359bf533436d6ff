"""How a run ends early: nothing more begins, and what is in flight is ended and cleaned up."""

from __future__ import annotations

import json

import pytest

from tests.plugin.concurrency.conftest import Town, asks

FAILING = asks("fails", "meet-4", says="nothing")
STAYING = [asks(f"stays{number}", "stay") for number in range(3)]
NEXT = [asks(f"next{number}") for number in range(3)]

STAGED = """
import asyncio
import shop

whole = shop.answered

async def answered(order):
    '''The first may go on when the others stay.'''
    while order == "meet-4" and len(OPEN) < 4:
        await asyncio.sleep(0.001)
    if order != "meet-4":
        await whole(order)

shop.answered = answered
"""


def begun(town: Town) -> set[str]:
    return {line.split()[1] for line in town.log("begin")}


@pytest.mark.parametrize("option", ["-x", "--maxfail=1", "--stepwise"])
def test_a_failure_that_ends_the_run_ends_what_is_in_flight(town: Town, option: str) -> None:
    town.conftest(STAGED)
    town.scenarios(FAILING, *STAYING, *NEXT)

    run = town.run(option, at_once=4)

    run.assert_outcomes(failed=1)
    assert begun(town) == {"fails", "stays0", "stays1", "stays2"}
    assert sorted(town.log("cancelled")) == [f"cancelled stays{number}" for number in range(3)]


def test_a_failure_that_does_not_end_the_run_ends_nothing(town: Town) -> None:
    town.conftest(STAGED)
    town.scenarios(asks("fails", says="nothing"), *NEXT, at_end := asks("last"))

    run = town.run("--maxfail=2", at_once=4)

    run.assert_outcomes(passed=4, failed=1)
    assert at_end["name"] in begun(town)


def test_an_expected_failure_ends_nothing(town: Town) -> None:
    marks = [{"xfail": "known"}]
    town.scenarios(asks("fails", says="nothing", marks=marks), *NEXT, asks("last", "meet-1"))

    town.run("-x", at_once=4).assert_outcomes(passed=4, xfailed=1)


INTERRUPTS = """
import os, signal

async def answered(order):
    if len(OPEN) == 4:
        os.kill(os.getpid(), signal.SIGINT)
    await whole("stay")

shop.answered = answered
"""

RAISES = """
def pytest_tavus_result(item, result):
    raise KeyboardInterrupt
"""


@pytest.mark.parametrize("how", [INTERRUPTS, RAISES], ids=["signal", "raised"])
def test_an_interrupt_ends_what_is_in_flight_and_keeps_its_trace(town: Town, how: str) -> None:
    town.conftest(STAGED + how)
    town.scenarios(FAILING, *STAYING, *NEXT)

    run = town.run_apart("--tavus-trace-dir=traces", at_once=4)

    assert run.ret == pytest.ExitCode.INTERRUPTED
    assert sum("stays" in line for line in town.log("end")) == 3
    kept = sorted((town.path / "traces").glob("*stays*"))
    assert len(kept) == 3
    last = json.loads(kept[0].read_text().splitlines()[-1])
    assert (last["type"], last["reason"]) == ("session_closed", "cancelled")


def test_a_scenario_that_is_run_again_is_held_again(town: Town) -> None:
    town.write(
        "again.py",
        """
import pytest
from _pytest.runner import runtestprotocol

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    runtestprotocol(item, nextitem=nextitem, log=False)
    item._initrequest()
    for report in runtestprotocol(item, nextitem=nextitem, log=False):
        item.ihook.pytest_runtest_logreport(report=report)
    return True
""",
    )
    town.scenarios(asks("first"), asks("second"))

    town.run("-p", "again").assert_outcomes(passed=2)

    assert sorted(line.split()[1] for line in town.log("begin")) == ["first"] * 2 + ["second"] * 2


def test_deselected_scenarios_are_not_begun(town: Town) -> None:
    town.scenarios(asks("wanted", "meet-2"), asks("other"), asks("wanted too", "meet-2"))

    town.run("-k", "wanted").assert_outcomes(passed=2, deselected=1)

    assert begun(town) == {"wanted"}  # of both, the first word
    assert len(town.log("begin")) == 2


def test_the_last_failed_are_begun_alone(town: Town) -> None:
    town.scenarios(asks("good"), asks("bad", says="nothing"), asks("fine"))
    town.run()
    (town.path / "shop.log").unlink()

    town.run("--lf").assert_outcomes(failed=1)

    assert begun(town) == {"bad"}
