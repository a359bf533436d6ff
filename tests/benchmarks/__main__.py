"""``python -m tests.benchmarks [N] [ROUNDS]``: what a scenario costs, against doing it by hand.

Prints medians over interleaved rounds and their ratios. Absolute times depend on the machine; the
ratios hold, because every contender runs in every round, and is compared with what ran beside it.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Mapping
from operator import attrgetter
from pathlib import Path

from tests.benchmarks.measure import Taken, pytest_run, seconds, server, times
from tests.benchmarks.suites import PLUGIN, Writer, by_hand, noop, ours_http, ours_in_process

_cpu = attrgetter("cpu")

CONTENDERS: Mapping[str, Writer] = {
    "a  no-op tests": noop,
    "b  by hand, shared httpx.Client": by_hand,
    "c  scenarios, real HTTP": ours_http,
    "d  scenarios, in process": ours_in_process,
}


def compare(count: int, rounds: int, url: str, directory: Path) -> dict[str, list[Taken]]:
    """Run every contender in every round; return what each took in each."""
    arguments = {
        name: write(directory / f"{name[0]}{count}", count, url)
        for name, write in CONTENDERS.items()
    }
    runs: dict[str, list[Taken]] = {name: [] for name in CONTENDERS}
    for _ in range(rounds):
        for name in CONTENDERS:
            runs[name].append(pytest_run(directory / f"{name[0]}{count}", arguments[name]))
    return runs


def collection(count: int, rounds: int, url: str, directory: Path) -> float:
    """Return the milliseconds that collecting one scenario takes, over collecting nothing."""
    arguments = [*ours_in_process(directory / f"l{count}", count, url), "--collect-only"]
    one = [*ours_in_process(directory / "l1", 1, url), "--collect-only"]
    differences = [
        pytest_run(directory / f"l{count}", arguments).seconds
        - pytest_run(directory / "l1", one).seconds
        for _ in range(rounds)
    ]
    return statistics.median(differences) / count * 1000


def unrelated(rounds: int, directory: Path) -> dict[str, list[Taken]]:
    """Run one plain test with no plugin, with an empty one and with ours.

    The empty one costs what pytest does to load any plugin that its command line names.
    """
    arguments = noop(directory / "u", 1, "")
    (directory / "u" / "empty_plugin.py").touch()
    plugins = {"none": [], "an empty one": ["-p", "empty_plugin"], "pytest-tavus": PLUGIN}
    runs: dict[str, list[Taken]] = {name: [] for name in plugins}
    for _ in range(rounds * 4):
        for name, named in plugins.items():
            runs[name].append(pytest_run(directory / "u", [*named, *arguments]))
    return runs


def _megabytes(taken: list[Taken]) -> float:
    return statistics.median(run.megabytes for run in taken)


def main(count: int = 1000, rounds: int = 5) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as temporary, server() as url:
        directory = Path(temporary)
        small = compare(count, rounds, url, directory)
        large = compare(count * 5, max(1, rounds // 2), url, directory)
        per_scenario = collection(count, rounds, url, directory)
        alone = unrelated(rounds, directory)
    hand = small["b  by hand, shared httpx.Client"]
    floor, floor_large = (_megabytes(runs["a  no-op tests"]) for runs in (small, large))
    print(f"N = {count}, medians of {rounds} interleaved rounds")
    for name, taken in small.items():
        median, megabytes = seconds(taken), _megabytes(taken)
        growth = seconds(large[name]) / median
        extra_large = _megabytes(large[name]) - floor_large
        print(
            f"{name:34} {median:7.2f} s  {times(taken, hand):5.2f} x b"
            f"  {megabytes:6.0f} MB (+{megabytes - floor:.0f})"
            f"   5N: {growth:4.2f} x N (+{extra_large:.0f} MB)"
        )
    print(f"collection: {per_scenario:.3f} ms per scenario")
    for name, taken in alone.items():
        ratio, cpu = times(taken, alone["none"]), times(taken, alone["none"], figure=_cpu)
        print(f"an unrelated run, plugin {name:12}: {seconds(taken) * 1000:4.0f} ms", end="")
        print(f"  {ratio:5.3f} x none, processor time {cpu:5.3f} x")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:3]))
