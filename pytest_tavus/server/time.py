"""The time of a served account: it runs, or stands still, and can be moved on by hand.

Everything that waits in a conversation waits here, so that a call of an hour ends when a test says
that an hour has passed.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from pytest_tavus.clock import AdjustableClock
from pytest_tavus.server.options import ClockKind

STILL_EPOCH = 1_767_225_600.0
"""2026-01-01T00:00:00Z: where a clock that stands still begins, so that answers repeat."""


class ServerClock:
    """Seconds since the server was started. Used on the server's loop."""

    def __init__(
        self,
        kind: ClockKind = "real",
        *,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.kind: ClockKind = kind
        self._clock = AdjustableClock(running=kind == "real", monotonic=monotonic)
        self._wall = wall
        self._epoch = self._beginning()

    def now(self) -> float:
        """Return the seconds since the server was started, those moved on by hand included."""
        return self._clock.now()

    @property
    def waiting(self) -> int:
        """How many wait for time to pass."""
        return self._clock.waiting

    def epoch(self) -> float:
        """Return the same moment as seconds since 1970."""
        return self._epoch + self.now()

    async def sleep(self, seconds: float) -> None:
        """Wait until so many seconds have passed by this clock."""
        await self._clock.sleep(seconds)

    async def advance(self, seconds: float) -> None:
        """Move on. Every wait that is over by then ends in its turn, with the time it ends at."""
        await self._clock.advance(seconds)

    def wake_all(self) -> None:
        """End every wait, because time is over."""
        self._clock.wake_all()

    def restart(self) -> None:
        """Begin anew. Nobody may be waiting: what waited belonged to what was before."""
        self._clock.restart()
        self._epoch = self._beginning()

    def _beginning(self) -> float:
        return self._wall() if self.kind == "real" else STILL_EPOCH
