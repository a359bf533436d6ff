"""The time of a served account: it runs, or stands still, and can be moved on by hand.

Everything that waits in a conversation waits here, so that a call of an hour ends when a test says
that an hour has passed.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from pytest_tavus.clock import AdjustableClock
from pytest_tavus.simulator.server.options import ClockKind

STILL_EPOCH = 1_767_225_600.0
"""2026-01-01T00:00:00Z: where a clock that stands still begins, so that answers repeat."""


class ServerClock(AdjustableClock):
    """Seconds since the server was started. Used on the server's loop."""

    def __init__(
        self,
        kind: ClockKind = "real",
        *,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(running=kind == "real", monotonic=monotonic)
        self.kind: ClockKind = kind
        self._wall = wall
        self._epoch = self._first = self._initial_epoch()
        self._before = 0.0
        "Seconds until the last restart."

    def epoch(self) -> float:
        """Return the time as seconds since 1970."""
        return self._epoch + self.now()

    def monotonic_epoch(self) -> float:
        """Return the time as seconds since 1970, which no restart turns back."""
        return self._first + self._before + self.now()

    def restart(self) -> None:
        """Begin anew. Nobody may be waiting: what waited belonged to what was before."""
        self._before += self.now()
        super().restart()
        self._epoch = self._initial_epoch()

    def _initial_epoch(self) -> float:
        return self._wall() if self.kind == "real" else STILL_EPOCH
