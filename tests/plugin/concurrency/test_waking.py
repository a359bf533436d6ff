"""Nothing begins ahead before a conversation waits for something: there is nothing to gain."""

from __future__ import annotations

import asyncio

import pytest

from tests.plugin.concurrency.conftest import Town, asks

BUSY = [asks(f"busy{number}", "at once") for number in range(3)]
MEETING = [asks(f"meets{number}", "meet-3") for number in range(3)]

BUSY_ONCE_IT_HAS_WAITED = """
import asyncio
import shop

whole = shop.answered

async def answered(order):
    await whole("wait" if order == "waits" else order)
    for _ in range(100 if order == "waits" else 0):
        await asyncio.sleep(0)

shop.answered = answered
"""

SAID_BETWEEN = """
import asyncio
import threading
import shop

SPEAK, SPOKEN = threading.Event(), threading.Event()
whole = shop.answered

async def answered(order):
    await whole(order)
    if "talks" in OPEN and "first" not in OPEN:
        await asyncio.to_thread(SPEAK.wait, 30)
        print("said between")
        SPOKEN.set()

shop.answered = answered

def pytest_runtest_logreport(report):
    if report.when == "call" and report.nodeid.endswith("first"):
        SPEAK.set()
        assert SPOKEN.wait(30)
"""


class OtherLoop(asyncio.SelectorEventLoop):
    """A loop of which nothing is known, such as that of uvloop."""


def begun(town: Town) -> list[str]:
    return [line.split()[1] for line in town.log("begin")]


def test_conversations_that_wait_for_nothing_are_held_one_by_one(town: Town) -> None:
    town.scenarios(*BUSY, asks("last", "at once"))

    town.run(at_once=4).assert_outcomes(passed=4)

    assert town.log() == [
        line
        for name in ("busy0", "busy1", "busy2", "last")
        for line in (f"begin {name} of 1", f"end {name}")
    ]


def test_the_first_that_waits_lets_others_begin(town: Town) -> None:
    town.scenarios(*BUSY, *MEETING)

    run = town.run("-v", at_once=3)

    run.assert_outcomes(passed=6)
    names = [one["name"] for one in (*BUSY, *MEETING)]
    assert begun(town) == names
    assert town.most() == 3
    run.stdout.fnmatch_lines([f"*a.yaml::{name} PASSED*" for name in names], consecutive=True)


def test_those_that_wait_for_nothing_begin_ahead_from_then_on_too(town: Town) -> None:
    town.scenarios(asks("waits", "meet-2"), *BUSY, asks("meets", "meet-2"))

    town.run(at_once=5).assert_outcomes(passed=5)

    beside = [f"begin busy{number} of 2" for number in range(3)]
    assert town.log("begin") == ["begin waits of 1", *beside, "begin meets of 2"]


def test_where_waiting_cannot_be_seen_they_begin_at_once(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asyncio.new_event_loop", OtherLoop)
    town.scenarios(*MEETING, *BUSY)

    town.run(at_once=3).assert_outcomes(passed=6)

    assert town.most() == 3


def test_failures_are_counted_from_before_on(town: Town) -> None:
    failing = [asks(f"fails{number}", "at once", says="nothing") for number in range(2)]
    last = asks("fails2", "meet-2", says="nothing")
    town.scenarios(*failing, last, asks("meets", "meet-2"), asks("after"), asks("too late"))

    town.run("--maxfail=3", at_once=2).assert_outcomes(failed=3)

    assert begun(town) == ["fails0", "fails1", "fails2", "meets"]


def test_what_is_printed_before_and_after_is_with_its_own_scenario(town: Town) -> None:
    town.scenarios(*BUSY, *MEETING)

    run = town.run("-rP", at_once=3)

    text = run.stdout.str()
    for one in (*BUSY, *MEETING):
        section = text.partition(f"_ {one['name']} _")[2].partition("\n___")[0]
        assert f"print {one['name']}" in section
        assert section.count("print ") == 1
        assert section.count("WARNING  shop") == 1


def test_nothing_begins_beside_the_first_that_waits_where_it_is_to_be_alone(town: Town) -> None:
    town.conftest(BUSY_ONCE_IT_HAS_WAITED)
    town.scenarios(*BUSY, asks("alone", "waits", alone=True), *MEETING)

    town.run(at_once=4).assert_outcomes(passed=7)

    assert [line for line in town.log() if "alone" in line] == town.log()[6:8]
    assert town.log()[6:8] == ["begin alone of 1", "end alone"]
    assert town.most() == 3


def test_what_is_printed_while_the_first_that_waits_is_reported_is_kept(town: Town) -> None:
    town.conftest(SAID_BETWEEN)
    town.scenarios(asks("first", "meet-2"), asks("talks", "meet-2"))

    run = town.run("-rP", at_once=2)

    run.assert_outcomes(passed=2)
    text = run.stdout.str()
    assert text.count("said between") == 1
    assert "said between" in text.partition("_ talks _")[2]
