"""Measures a request: its duration by the conversation's clock, its deadline by real time."""

from __future__ import annotations

import asyncio

from pytest_tavus.clock import Clock


class Stopwatch:
    """Starts when it is created, which must be when the request is sent."""

    def __init__(self, clock: Clock, within: float) -> None:
        self._clock = clock
        self._started_at = clock.now()
        self._deadline = asyncio.get_running_loop().time() + within

    def seconds(self) -> float:
        """Return the seconds since the start, by the conversation's clock."""
        return self._clock.now() - self._started_at

    def is_late(self) -> bool:
        """Tell whether the deadline has passed, by real time.

        A handler that blocks the event loop also blocks the timer that should interrupt it, so a
        complete response can be too late.
        """
        return asyncio.get_running_loop().time() > self._deadline
