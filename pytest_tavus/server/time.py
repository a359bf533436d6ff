"""The time of a served account: it runs, or stands still, and can be moved on by hand.

Everything that waits in a conversation waits here, so that a call of an hour ends when a test says
that an hour has passed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from pytest_tavus.server.options import ClockKind

STILL_EPOCH = 1_767_225_600.0
"""2026-01-01T00:00:00Z: where a clock that stands still begins, so that answers repeat."""

_TURNS = 50
"""How often everybody gets a turn between one end of a wait and the next."""


class _Sleeper:
    """One wait, until a moment."""

    def __init__(self, wake: float) -> None:
        self.wake = wake
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.timer: asyncio.TimerHandle | None = None

    def release(self) -> None:
        if not self.over.done():
            self.over.set_result(None)

    def set(self, seconds: float) -> None:
        self.unset()
        self.timer = asyncio.get_running_loop().call_later(seconds, self.release)

    def unset(self) -> None:
        if self.timer is not None:
            self.timer.cancel()


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
        self._monotonic = monotonic
        self._began = monotonic()
        self._moved = 0.0
        self._wall = wall
        self._epoch = wall() if kind == "real" else STILL_EPOCH
        self._sleepers: list[_Sleeper] = []

    def now(self) -> float:
        """Return the seconds since the server was started, those moved on by hand included."""
        ran = self._monotonic() - self._began if self.kind == "real" else 0.0
        return ran + self._moved

    @property
    def waiting(self) -> int:
        """How many wait for time to pass."""
        return len(self._sleepers)

    def epoch(self) -> float:
        """Return the same moment as seconds since 1970."""
        return self._epoch + self.now()

    async def sleep(self, seconds: float) -> None:
        """Wait until so many seconds have passed by this clock."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        sleeper = _Sleeper(self.now() + seconds)
        self._sleepers.append(sleeper)
        if self.kind == "real":
            sleeper.set(seconds)
        try:
            await sleeper.over
        finally:
            sleeper.unset()
            self._sleepers.remove(sleeper)

    async def advance(self, seconds: float) -> None:
        """Move on. Every wait that is over by then ends in its turn, with the time it ends at."""
        target = self.now() + seconds
        await _turns()  # whoever was about to wait is waiting by then
        while (due := self._next(target)) is not None:
            self._moved += max(0.0, due.wake - self.now())
            due.release()
            await _turns()
        self._moved += max(0.0, target - self.now())
        if self.kind == "real":
            for sleeper in self._sleepers:
                sleeper.set(max(0.0, sleeper.wake - self.now()))

    def wake_all(self) -> None:
        """End every wait, because time is over."""
        for sleeper in self._sleepers:
            sleeper.release()

    def restart(self) -> None:
        """Begin anew. Nobody may be waiting: what waited belonged to what was before."""
        self._began, self._moved = self._monotonic(), 0.0
        if self.kind == "real":
            self._epoch = self._wall()

    def _next(self, target: float) -> _Sleeper | None:
        """Return who wakes first; of those at the same moment, who has waited longest."""
        due = (one for one in self._sleepers if not one.over.done() and one.wake <= target)
        return min(due, key=lambda one: one.wake, default=None)


async def _turns() -> None:
    for _ in range(_TURNS):
        await asyncio.sleep(0)
