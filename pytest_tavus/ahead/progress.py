"""A line beside pytest's dots that says what is in flight while nothing else is printed."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

import pytest

TICK_SECONDS = 0.25
"""How often the line is written anew."""

_LEAST = 30
"""Columns without which nothing is said."""

_PERCENTAGE = 8
"""Columns that pytest writes into at the end of a line."""


@dataclass(slots=True, kw_only=True)
class Counts:
    """What has been done so far, and what is being done."""

    running: int = 0
    waiting: int = 0
    passed: int = 0
    failed: int = 0
    turns: int = 0
    seconds: float = 0.0
    slowest: str = ""
    slowest_seconds: float = 0.0


def words(counts: Counts, columns: int) -> str:
    """Return the line, as much of it as there is room for; nothing where there is too little."""
    if columns < _LEAST:
        return ""
    rate = counts.turns / counts.seconds if counts.seconds > 0 else 0.0
    parts = [
        f"{counts.running} running, {counts.waiting} waiting",
        f"{counts.passed} passed, {counts.failed} failed",
        f"{rate:.1f} turns/s",
        f"{counts.slowest_seconds:.0f} s: {counts.slowest}" if counts.slowest else "",
    ]
    return "; ".join(part for part in parts if part)[:columns]


def is_wanted(config: pytest.Config, stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Tell whether anybody would see it: a terminal, neither quiet nor CI nor a worker's."""
    quiet = config.get_verbosity() < 0 or hasattr(config, "workerinput")
    ci = any(environ.get(name) for name in ("CI", "BUILD_NUMBER"))
    return stream.isatty() and not quiet and not ci and environ.get("TERM") != "dumb"


class Progress:
    """Writes the line behind the cursor, and takes it away again."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown = False
        self._began = time.monotonic()
        self.counts = Counts()

    def show(self, running: Sequence[Any], waiting: int, *, columns: int) -> None:
        """Write what is in flight."""
        now, counts = time.monotonic(), self.counts
        counts.seconds = now - self._began
        counts.running, counts.waiting = len(running), max(0, waiting - len(running))
        slowest = min(running, key=lambda job: job.begun or now, default=None)
        counts.slowest = "" if slowest is None else slowest.name
        counts.slowest_seconds = 0.0 if slowest is None else now - (slowest.begun or now)
        text = words(counts, columns - _PERCENTAGE)
        self._write(f"  {text}" if text else "")
        self._shown = True

    def clear(self) -> None:
        """Take the line away before pytest goes on."""
        if self._shown:
            self._write("")
            self._shown = False

    def close(self) -> None:
        """Write no more."""
        self.clear()
        self._stream.close()

    def _write(self, text: str) -> None:
        self._stream.write(f"\x1b7\x1b[K{text}\x1b8")
        self._stream.flush()


def progress(config: pytest.Config) -> Progress | None:
    """Return what writes the line on this terminal; `None` where it is not wanted.

    To be asked where pytest captures nothing, between tests.
    """
    if not is_wanted(config, sys.stdout, os.environ):
        return None
    return Progress(os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8"))
