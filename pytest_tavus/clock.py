"""Clocks: a conversation reads the time from its own clock and from nowhere else."""

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
        """Never goes back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let this many seconds of the conversation's time pass."""
        ...


class RealClock:
    def __init__(self) -> None:
        self._opened = time.monotonic()

    def now(self) -> float:
        return time.monotonic() - self._opened

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class SkippingClock:
    """Counts real time, and skips each scripted delay instead of waiting for it.

    A canned answer with a delay of 9 seconds arrives 9 seconds late by this clock, at once in real
    time. Concurrent delays overlap as real ones do: the earliest ends first.
    """

    def __init__(self) -> None:
        self._opened = time.monotonic()
        self._skipped = 0.0
        self._waking: list[float] = []

    def now(self) -> float:
        """Return the real seconds since the clock was made plus the skipped seconds."""
        return time.monotonic() - self._opened + self._skipped

    async def sleep(self, seconds: float) -> None:
        wake = self.now() + seconds
        heapq.heappush(self._waking, wake)
        try:
            await asyncio.sleep(0)
            while self._waking[0] < wake:  # noqa: ASYNC110 - the earlier sleepers run meanwhile
                await asyncio.sleep(0)
            self._skipped += max(0.0, wake - self.now())
        finally:
            # A cancelled sleeper is rarely the first, so the heap must be rebuilt.
            self._waking.remove(wake)
            heapq.heapify(self._waking)


class ManualClock:
    """Stands still except for `step` and `sleep`: for tests and for reproducible traces."""

    def __init__(self, *, step: float = 0.0) -> None:
        self._now = 0.0
        self._step = step

    def now(self) -> float:
        """Return the time, then advance it by `step` seconds."""
        value = self._now
        self._now += self._step
        return value

    async def sleep(self, seconds: float) -> None:
        self._now += seconds
        await asyncio.sleep(0)


_READY_ROUNDS = 50
"""Turns of the event loop that ready tasks get after one sleeper wakes, before the next wakes."""


@dataclass(slots=True, order=True)
class _Sleeper:
    wake: float
    number: int
    woken: asyncio.Future[None] = field(compare=False)


class AdjustableClock:
    """The clock of a server: it runs in real time or stands still, and a client can advance it.

    It wakes its sleepers and never polls them. All sleepers must share one event loop.
    """

    def __init__(
        self, *, running: bool = True, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.running = running
        """Whether the clock follows real time."""
        self._monotonic = monotonic
        self._opened = monotonic()
        self._forward = 0.0
        self._sleepers: list[_Sleeper] = []
        self._cancelled_count = 0
        self._number = 0
        self._alarm: asyncio.TimerHandle | None = None

    def now(self) -> float:
        return self._forward + (self._monotonic() - self._opened if self.running else 0.0)

    @property
    def waiting(self) -> int:
        return sum(not sleeper.woken.done() for sleeper in self._sleepers)

    async def sleep(self, seconds: float) -> None:
        """Wait until this many seconds have passed, in real time or by `advance`."""
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
        """Advance the clock. Sleepers wake in order, each at its own time.

        A task that wakes runs until it waits for time again; only then does the next sleeper wake.
        If its new wait ends within the same advance, it wakes again.

        Raises:
            ValueError: `seconds` is negative.

        """
        if seconds < 0:
            message = f"time does not go back: {seconds:g} s"
            raise ValueError(message)
        # A task that is about to sleep must be asleep before the clock moves.
        await _run_ready_tasks()
        target = self.now() + seconds
        while (sleeper := self._pop_due(target)) is not None:
            self._advance_to(sleeper.wake)
            sleeper.woken.set_result(None)
            await _run_ready_tasks()
        self._advance_to(target)
        self._arm()

    def wake_all(self) -> None:
        """End every wait, because the server ends."""
        while (sleeper := self._pop_due(math.inf)) is not None:
            sleeper.woken.set_result(None)

    def restart(self) -> None:
        """Start again at 0. No task may be asleep: its wake time would belong to the old count."""
        self._opened, self._forward = self._monotonic(), 0.0

    def _advance_to(self, moment: float) -> None:
        self._forward += max(0.0, moment - self.now())

    def _pop_due(self, until: float) -> _Sleeper | None:
        while self._sleepers and self._sleepers[0].wake <= until:
            sleeper = heapq.heappop(self._sleepers)
            if not sleeper.woken.done():
                return sleeper
            self._cancelled_count -= 1
        return None

    def _discard_cancelled(self) -> None:
        self._cancelled_count += 1
        # A rebuild costs as much as the heap is long, so it waits until most of the heap is dead.
        if self._cancelled_count > 64 and self._cancelled_count * 2 > len(self._sleepers):
            self._sleepers = [sleeper for sleeper in self._sleepers if not sleeper.woken.done()]
            heapq.heapify(self._sleepers)
            self._cancelled_count = 0

    def _arm(self) -> None:
        """Schedule the wake-up of the next sleeper in real time."""
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
    for _ in range(_READY_ROUNDS):
        await asyncio.sleep(0)
