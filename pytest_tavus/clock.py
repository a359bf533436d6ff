"""Time as an argument. A conversation has one clock; nothing else asks what time it is."""

from __future__ import annotations

import asyncio
import heapq
import time
from typing import Protocol


class Clock(Protocol):
    """Seconds since the conversation was opened."""

    def now(self) -> float:
        """Return the seconds since the conversation was opened. Never goes back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let this much of the conversation's time pass."""
        ...


class RealClock:
    """The time that passes for everyone."""

    def __init__(self) -> None:
        self._opened = time.monotonic()

    def now(self) -> float:
        """Return the seconds since the clock was made."""
        return time.monotonic() - self._opened

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class SkippingClock:
    """Real time for what is real, such as a handler; scripted delays pass at once.

    A canned answer with a delay of 9 seconds is 9 seconds late by this clock and costs none.
    Delays that run side by side overlap as they would: the earliest is over first.
    """

    def __init__(self) -> None:
        self._opened = time.monotonic()
        self._skipped = 0.0
        self._waking: list[float] = []

    def now(self) -> float:
        """Return the real seconds since the clock was made, and the skipped ones."""
        return time.monotonic() - self._opened + self._skipped

    async def sleep(self, seconds: float) -> None:
        """Count the seconds as passed without waiting."""
        wake = self.now() + seconds
        heapq.heappush(self._waking, wake)
        try:
            await asyncio.sleep(0)
            while self._waking[0] < wake:  # noqa: ASYNC110 - the earlier sleepers run meanwhile
                await asyncio.sleep(0)
            self._skipped += max(0.0, wake - self.now())
        finally:
            self._waking.remove(wake)
            heapq.heapify(self._waking)


class ManualClock:
    """Time that passes only when it is told to: for tests and for reproducible traces."""

    def __init__(self, *, step: float = 0.0) -> None:
        self._now = 0.0
        self._step = step

    def now(self) -> float:
        """Return the time, then let `step` seconds pass."""
        value = self._now
        self._now += self._step
        return value

    async def sleep(self, seconds: float) -> None:
        """Let the seconds pass at once."""
        self._now += seconds
        await asyncio.sleep(0)
