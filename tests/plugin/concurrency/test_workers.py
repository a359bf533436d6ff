"""pytest-xdist on top: the same verdicts, one summary, and one budget for all workers."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.plugin.concurrency.conftest import Town, asks

DISTRIBUTIONS = ["load", "loadscope", "loadfile", "worksteal"]


def verdicts(run: pytest.RunResult) -> list[str]:
    found = re.findall(r"(PASSED|FAILED|ERROR|XFAIL|SKIPPED) (scenarios/\S+::.+)", run.stdout.str())
    return sorted({f"{name.partition(' - ')[0]} {word}" for word, name in found})


def findings(run: pytest.RunResult) -> list[str]:
    found = re.findall(r"FAILED scenarios/\S+::\S+ - .+", run.stdout.str())
    return sorted(set(found))


def mixed(town: Town) -> int:
    """Write a suite in which scenarios pass, fail, crash, are skipped, locked and alone."""
    for file in range(4):
        town.scenarios(
            *(asks(f"good{file}{number}") for number in range(12)),
            asks(f"bad{file}", says="nothing"),
            asks(f"crash{file}", "crash"),
            asks(f"skipped{file}", marks=[{"skip": "not today"}]),
            asks(f"known{file}", says="nothing", marks=[{"xfail": "known"}]),
            asks(f"locked{file}", lock="orders-db"),
            asks(f"alone{file}", alone=True),
            asks(f"slow{file}", "stay", deadline=1.0),
            file=f"scenarios/{file}.yaml",
        )
    return 4 * 19


def test_the_same_verdicts_and_findings_however_many_are_held_at_once(town: Town) -> None:
    count = mixed(town)
    one = town.run("-rA", at_once=1)
    assert len(verdicts(one)) == count - 4  # pytest folds the skipped ones
    assert findings(one)

    for at_once in (8, 64):
        many = town.run("-rA", at_once=at_once)
        assert (verdicts(many), findings(many)) == (verdicts(one), findings(one))

    workers = town.run_apart("-rA", "-n", "3", at_once=4)
    assert (verdicts(workers), findings(workers)) == (verdicts(one), findings(one))


@pytest.mark.parametrize("dist", DISTRIBUTIONS)
def test_each_scenario_is_reported_once(town: Town, dist: str) -> None:
    for file in range(4):
        town.scenarios(
            *(asks(f"s{file}{number}") for number in range(10)), file=f"scenarios/{file}.yaml"
        )

    run = town.run_apart("-n", "2", f"--dist={dist}", "-rA", at_once=5)

    run.assert_outcomes(passed=40)
    run.stdout.fnmatch_lines(["40 scenarios: 40 passed"])
    if dist != "worksteal":  # which may take back what has begun
        assert set(Counter(line.split()[1] for line in town.log("begin")).values()) == {1}


def test_workers_hold_conversations_at_once_too(town: Town) -> None:
    town.scenarios(*(asks(f"s{number}", "meet-4") for number in range(16)))

    town.run_apart("-n", "2", "--dist=worksteal", at_once=4).assert_outcomes(passed=16)


def test_a_cap_is_one_for_all_workers(town: Town) -> None:
    town.scenarios(*(asks(f"s{number}") for number in range(12)))

    run = town.run_apart("-n", "2", "--tavus-max-conversations=5", at_once=4)

    run.assert_outcomes(passed=5, failed=7)
    assert len(town.log("begin")) == 5
    run.stdout.fnmatch_lines(["  not run       7: the run has opened its 5 conversations*"])


def test_a_lock_holds_over_all_workers(town: Town) -> None:
    town.scenarios(*(asks(f"s{number}", lock="orders-db") for number in range(8)))

    town.run_apart("-n", "2", at_once=4).assert_outcomes(passed=8)

    assert [line.split()[0] for line in town.log()] == ["begin", "end"] * 8


def test_a_worker_that_dies_gives_back_what_it_held(town: Town) -> None:
    shop = (town.path / "shop.py").read_text()
    dies = 'if word == "die":\n        os._exit(1)\n    if word == "stay":'
    town.write("shop.py", shop.replace('if word == "stay":', dies))
    town.scenarios(asks("dies", "die"), *(asks(f"s{number}") for number in range(6)))

    run = town.run_apart("-n", "2", "--tavus-max-in-flight=1", at_once=1)

    run.assert_outcomes(passed=6, failed=1)


def test_the_directory_of_the_budget_is_removed(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = town.pytester.mkdir("temporary")
    monkeypatch.setenv("TMPDIR", str(temporary))
    town.scenarios(*(asks(f"s{number}") for number in range(4)))

    town.run_apart("-n", "2").assert_outcomes(passed=4)

    assert [one.name for one in temporary.iterdir() if one.name.startswith("pytest-tavus-")] == []
