"""Scenarios that prove nothing, beside conversations in flight, in a plan, and in parts."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from pytest_tavus.trace.facts import PROVES_NOTHING
from tests.plugin.concurrency.conftest import Town, asks, merged, part


def thanks(name: str = "thanks", **keys: Any) -> dict[str, Any]:
    """Return a scenario in which nothing is called."""
    turn = {"user": "Thanks!", "plays": "done", "says": "done", "never": "find"}
    return {"name": name, "turns": [turn], **keys}


@pytest.mark.parametrize("apart", [False, True], ids=["in process", "workers"])
def test_others_are_held_at_once_around_it(town: Town, *, apart: bool) -> None:
    town.scenarios(
        asks("a", "meet-3"),
        thanks("first"),
        asks("b", "meet-3"),
        thanks("second"),
        asks("c", "meet-3"),
    )

    run = town.run_apart("-n", "1", "--dist=worksteal") if apart else town.run()

    assert run.ret == pytest.ExitCode.OK
    run.assert_outcomes(passed=3, skipped=2)
    assert town.most() == 3


@pytest.mark.parametrize("at_once", [1, 4])
def test_a_run_of_nothing_else_exits_with_4(town: Town, at_once: int) -> None:
    town.scenarios(thanks("first"), thanks("second"))

    run = town.run(at_once=at_once)

    assert run.ret == pytest.ExitCode.USAGE_ERROR
    run.assert_outcomes(skipped=2)
    run.stdout.fnmatch_lines([f"ERROR: no scenario ran: {PROVES_NOTHING}: *"])
    assert town.log() == []


def test_a_plan_says_that_it_is_skipped_and_counts_no_time_for_it(town: Town) -> None:
    town.scenarios(asks("first"), thanks(deadline="5s"))

    run = town.run("--tavus-plan", at_once=4)

    assert run.ret == pytest.ExitCode.OK
    run.stdout.fnmatch_lines(
        [
            "scenarios/a.yaml::thanks",
            f"  held      skipped: {PROVES_NOTHING}: *",
            "2 scenarios, 1 turn: 1 in its turn, 1 skipped",
            "  time      at most 60 connected seconds",
        ]
    )


def test_a_plan_of_nothing_else_is_a_plan(town: Town) -> None:
    town.scenarios(thanks())

    assert town.run("--tavus-plan").ret == pytest.ExitCode.OK


@pytest.fixture
def idle(town: Town) -> Path:
    """A part in which nothing ran but what proves nothing."""
    town.scenarios(thanks(), asks("x", marks=[{"skip": "not today"}]), file="scenarios/4.yaml")
    return part(town, 4)


def test_a_part_that_proves_nothing_takes_nothing_away(
    parts: list[Path], idle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, lines = merged(capsys, parts[0], idle)

    assert code == 0
    assert lines[-1] == "2 parts: 1 passed, 3 skipped"
    assert any(line.startswith(f"  skipped       1: {PROVES_NOTHING}") for line in lines)
    assert not any("ended with 4" in line for line in lines)
    assert merged(capsys, *parts, idle)[0] == 1


def test_where_no_part_ran_anything_else_the_whole_exits_with_4(
    town: Town, idle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, junit = town.path / "whole.jsonl", town.path / "all.xml"
    empty = part(town, 4, "-k", "nowhere").rename(town.path / "empty")
    idle = part(town, 4)

    code, lines = merged(capsys, idle, empty, "--results", whole, "--junit", junit)

    assert code == 4
    assert any(PROVES_NOTHING in line for line in lines)
    messages = [str(one.get("message")) for one in ET.parse(junit).iter("skipped")]
    assert [one.startswith(PROVES_NOTHING) for one in messages] == [True, False]
    assert merged(capsys, whole)[0] == 4


def test_a_part_that_a_wrong_option_ended_is_still_a_problem(
    idle: Path, parts: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    file = parts[0] / "results.jsonl"
    file.write_text(file.read_text().replace('{"exit": 0}', json.dumps({"exit": 4})))

    code, lines = merged(capsys, parts[0], idle)

    assert code == 1
    why = "pytest was not used as it must be"
    assert lines[-1] == f"ERROR the part {str(parts[0])!r} ended with 4: {why}"


def test_the_parts_say_together_what_was_held_and_what_was_played(
    parts: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    def evidence(*given: Path) -> tuple[int, int]:
        _, lines = merged(capsys, *given)
        (line,) = [one for one in lines if one.startswith("  evidence")]
        held, played = line.removeprefix("  evidence").split(",")
        return int(held.split()[0]), int(played.split()[0])

    one, two = evidence(parts[0]), evidence(parts[1])

    assert evidence(*parts[:2]) == (one[0] + two[0], one[1] + two[1])
    assert min(one) > 0
