"""A line beside pytest's dots that shows the running conversations."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

import pytest
from msgspec import Struct
from msgspec.structs import replace

from pytest_tavus.report.result import ScenarioResult

TICK_SECONDS = 0.25
"""How often the line is rewritten."""

_NAME = 40
"""The longest part of a name in the line, in characters."""

_PERCENTAGE = 8
"""Columns that pytest needs at the end of a line for its percentage."""


class Counts(Struct, frozen=True, kw_only=True):
    """The figures of the line."""

    running: int = 0
    waiting: int = 0
    passed: int = 0
    failed: int = 0
    turns: int = 0
    seconds: float = 0.0
    slowest: str = ""
    slowest_seconds: float = 0.0

    def with_result(self, result: ScenarioResult) -> Counts:
        """Return these figures with one more result."""
        passed = result.verdict.outcome == "passed"
        return replace(
            self,
            passed=self.passed + passed,
            failed=self.failed + (not passed),
            turns=self.turns + result.trace.turns(),
        )


def render_line(counts: Counts, columns: int) -> str:
    """Return as many parts of the line, in order, as fit into `columns`."""
    rate = counts.turns / counts.seconds if counts.seconds > 0 else 0.0
    parts = [
        f"{counts.running} running, {counts.waiting} waiting",
        f"{counts.passed} passed, {counts.failed} failed",
        f"{rate:.1f} turns/s",
        f"{counts.slowest_seconds:.0f} s: {counts.slowest[:_NAME]}" if counts.slowest else "",
    ]
    lines = ("; ".join(parts[:number]) for number in range(len(parts), 0, -1))
    return next((line for line in lines if len(line.rstrip("; ")) <= columns), "").rstrip("; ")


def is_visible(config: pytest.Config, stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Tell whether a person watches: a terminal, not quiet, not in CI, not of a worker."""
    quiet = config.get_verbosity() < 0 or hasattr(config, "workerinput")
    ci = any(environ.get(name) for name in ("CI", "BUILD_NUMBER"))
    return stream.isatty() and not quiet and not ci and environ.get("TERM") != "dumb"


class Progress:
    """Writes the line behind the cursor, and erases it again."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown = False
        self._began = time.monotonic()
        self._reported = Counts()

    def count(self, result: ScenarioResult) -> None:
        """Count a scenario that pytest reports."""
        self._reported = self._reported.with_result(result)

    def show(
        self,
        running: Sequence[Any],
        *,
        waiting: int,
        ended: Iterable[ScenarioResult] = (),
        columns: int,
    ) -> None:
        """Write the line. `ended` are the results that pytest has not reported yet."""
        now, counts = time.monotonic(), self._reported
        for result in ended:
            counts = counts.with_result(result)
        slowest = min(running, key=lambda job: job.started_at or now, default=None)
        counts = replace(
            counts,
            seconds=now - self._began,
            running=len(running),
            waiting=waiting,
            slowest="" if slowest is None else slowest.name,
            slowest_seconds=0.0 if slowest is None else now - (slowest.started_at or now),
        )
        text = render_line(counts, columns - _PERCENTAGE)
        self._write(f"  {text}" if text else "")
        self._shown = True

    def clear(self) -> None:
        """Erase the line before pytest writes."""
        if self._shown:
            self._write("")
            self._shown = False

    def close(self) -> None:
        """Erase the line, and close the stream."""
        self.clear()
        self._stream.close()

    def _write(self, text: str) -> None:
        self._stream.write(f"\x1b7\x1b[K{text}\x1b8")
        self._stream.flush()


def open_progress(config: pytest.Config) -> Progress | None:
    """Return what writes the line on this terminal; `None` where it is not wanted.

    To be asked where pytest captures nothing, between tests.
    """
    if not is_visible(config, sys.stdout, os.environ):
        return None
    return Progress(os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8"))
