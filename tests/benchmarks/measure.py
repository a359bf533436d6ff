"""Runs commands as whole processes and says what they took."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What one run took."""

    seconds: float
    megabytes: float
    "Peak resident memory."

    cpu: float = 0.0
    "Seconds of processor time, which others on the machine do not change."


def seconds(runs: Sequence[Taken]) -> float:
    """Return the median of what runs took."""
    return statistics.median(run.seconds for run in runs)


def times(
    runs: Sequence[Taken],
    others: Sequence[Taken],
    *,
    figure: Callable[[Taken], float] = attrgetter("seconds"),
) -> float:
    """Return the median of the ratios of each round, in which one ran right after the other."""
    pairs = zip(runs, others, strict=True)
    return statistics.median(figure(one) / figure(other) for one, other in pairs)


def pytest_run(
    directory: Path, arguments: Sequence[str], *, ends_with: Collection[int] = (0,)
) -> Taken:
    """Run pytest in a directory and measure it from outside. It must end as it should.

    Plugins that happen to be installed are not loaded: each run has what its arguments name.
    """
    log = directory / "output.txt"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # installed packages have theirs compiled
    started = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *arguments],
            cwd=directory,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)
    taken = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in ends_with:
        message = f"{arguments} ended with {process.returncode}:\n{log.read_text()[-3000:]}"
        raise RuntimeError(message)
    cpu = usage.ru_utime + usage.ru_stime
    return Taken(seconds=taken, megabytes=usage.ru_maxrss / 1024, cpu=cpu)


@contextmanager
def server() -> Generator[str]:
    """Run the benchmark's handler under uvicorn in another process; yield its base URL."""
    command = [
        sys.executable, "-m", "uvicorn", "tests.benchmarks.handler:app",
        "--port", "0", "--log-level", "info", "--no-access-log",
    ]  # fmt: skip
    process = subprocess.Popen(
        command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    assert process.stderr is not None
    try:
        yield next(
            line.split()[line.split().index("on") + 1]
            for line in process.stderr
            if "running on" in line
        )
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stderr.close()
