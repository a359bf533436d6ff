"""The clock of a served account. It runs or stands still, and a test can advance it.

Every wait of a conversation uses this clock, so a test can end a call of an hour at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from pytest_tavus.clock import AdjustableClock
from pytest_tavus.simulator.server.options import ClockKind

STILL_EPOCH = 1_767_225_600.0
"""2026-01-01T00:00:00Z, the start of a still clock, so that answers repeat from run to run."""


class ServerClock(AdjustableClock):
    """Counts seconds since the server was started. Use it on the server's loop only."""

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
        self._before_restart = 0.0
        "Seconds from the start of the server to its last restart."

    def epoch(self) -> float:
        """Return the time as seconds since 1970."""
        return self._epoch + self.now()

    def monotonic_epoch(self) -> float:
        """Return the time as seconds since 1970. A restart does not turn it back."""
        return self._first + self._before_restart + self.now()

    def restart(self) -> None:
        """Count from 0 again. The caller must cancel all waits before."""
        self._before_restart += self.now()
        super().restart()
        self._epoch = self._initial_epoch()

    def _initial_epoch(self) -> float:
        return self._wall() if self.kind == "real" else STILL_EPOCH
