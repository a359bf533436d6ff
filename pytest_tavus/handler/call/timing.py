"""How long a request took, by the conversation's clock, and whether it was late, by real time."""

from __future__ import annotations

import asyncio

from pytest_tavus.clock import Clock


class Stopwatch:
    """Started when a request is sent."""

    def __init__(self, clock: Clock, within: float) -> None:
        self._clock = clock
        self._started_at = clock.now()
        self._deadline = asyncio.get_running_loop().time() + within

    def seconds(self) -> float:
        """Return the seconds since the request was sent, by the conversation's clock."""
        return self._clock.now() - self._started_at

    def is_late(self) -> bool:
        """Tell whether time is up.

        A handler that blocks the event loop also blocks the timer that should interrupt it, so
        that a response can be there and still be too late.
        """
        return asyncio.get_running_loop().time() > self._deadline
