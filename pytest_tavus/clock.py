"""Time as an argument. A conversation has one clock; nothing else asks what time it is."""

from __future__ import annotations

import asyncio
import heapq
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
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


_ROUNDS = 50
"""How often everybody gets a turn after one sleeper was woken, before the next one is."""


@dataclass(slots=True, order=True)
class _Sleeper:
    wake: float
    number: int
    woken: asyncio.Future[None] = field(compare=False)


class AdjustableClock:
    """Time for a server: it runs as for everyone, or stands still, and can be put forward.

    Whoever sleeps is woken, never polled. One event loop only.
    """

    def __init__(
        self, *, running: bool = True, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.running = running
        """Whether time passes by itself."""
        self._monotonic = monotonic
        self._opened = monotonic()
        self._forward = 0.0
        self._sleepers: list[_Sleeper] = []
        self._cancelled_count = 0
        self._number = 0
        self._alarm: asyncio.TimerHandle | None = None

    def now(self) -> float:
        """Return the seconds that have passed, by themselves and by being put forward."""
        return self._forward + (self._monotonic() - self._opened if self.running else 0.0)

    @property
    def waiting(self) -> int:
        """How many wait for time to pass."""
        return sum(not one.woken.done() for one in self._sleepers)

    async def sleep(self, seconds: float) -> None:
        """Wait until so much time has passed, whichever way."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        self._number += 1
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        sleeper = _Sleeper(self.now() + seconds, self._number, woken)
        heapq.heappush(self._sleepers, sleeper)
        self._arm()
        try:
            await woken
        finally:
            if woken.cancelled():
                self._discard_cancelled()

    async def advance(self, seconds: float) -> None:
        """Put the clock forward. Sleepers wake in order, each at its own time.

        Whoever is woken goes on as far as it can without time before the next one is, and is woken
        again where it sleeps again and that is due too.

        Raises:
            ValueError: the time would go back.

        """
        if seconds < 0:
            message = f"time does not go back: {seconds:g} s"
            raise ValueError(message)
        await _run_ready_tasks()  # who is about to sleep shall be asleep
        target = self.now() + seconds
        while (sleeper := self._pop_due(target)) is not None:
            self._advance_to(sleeper.wake)
            sleeper.woken.set_result(None)
            await _run_ready_tasks()
        self._advance_to(target)
        self._arm()

    def wake_all(self) -> None:
        """End every wait, because time is over."""
        while (sleeper := self._pop_due(math.inf)) is not None:
            sleeper.woken.set_result(None)

    def restart(self) -> None:
        """Begin anew. Nobody may be waiting: what waited belonged to what was before."""
        self._opened, self._forward = self._monotonic(), 0.0

    def _advance_to(self, moment: float) -> None:
        self._forward += max(0.0, moment - self.now())

    def _pop_due(self, until: float) -> _Sleeper | None:
        """Take out the next sleeper that is due; those who gave up are passed over."""
        while self._sleepers and self._sleepers[0].wake <= until:
            sleeper = heapq.heappop(self._sleepers)
            if not sleeper.woken.done():
                return sleeper
            self._cancelled_count -= 1
        return None

    def _discard_cancelled(self) -> None:
        """Count one who gave up; clear them away when they are the most."""
        self._cancelled_count += 1
        if self._cancelled_count > 64 and self._cancelled_count * 2 > len(self._sleepers):
            self._sleepers = [one for one in self._sleepers if not one.woken.done()]
            heapq.heapify(self._sleepers)
            self._cancelled_count = 0

    def _arm(self) -> None:
        """See to it that the next sleeper is woken by the time that passes by itself."""
        if not self.running or not self._sleepers:
            return
        wake = self._sleepers[0].wake
        if self._alarm is not None:
            self._alarm.cancel()
        loop = asyncio.get_running_loop()
        self._alarm = loop.call_later(max(0.0, wake - self.now()), self._ring)

    def _ring(self) -> None:
        while (sleeper := self._pop_due(self.now())) is not None:
            sleeper.woken.set_result(None)
        self._arm()


async def _run_ready_tasks() -> None:
    for _ in range(_ROUNDS):
        await asyncio.sleep(0)
