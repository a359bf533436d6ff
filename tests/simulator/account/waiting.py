"""A clock that tests advance, and a recorder of callbacks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any


class RecordedCallbacks:
    """Records callbacks instead of sending them."""

    def __init__(self) -> None:
        self.all: list[tuple[str, dict[str, Any]]] = []

    @property
    def statuses(self) -> list[tuple[str, str]]:
        """The URL and the status of each callback."""
        return [(url, body["status"]) for url, body in self.all]

    def send(self, url: str, body: Mapping[str, Any]) -> None:
        self.all.append((url, dict(body)))


class ManualClock:
    """A clock that stands still until a test advances it."""

    def __init__(self) -> None:
        self._time = 0.0
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    def now(self) -> float:
        return self._time

    async def sleep(self, seconds: float) -> None:
        over = asyncio.Event()
        self._sleepers.append((self._time + seconds, over))
        await over.wait()

    async def wait_for_sleepers(self) -> None:
        """Let tasks run until they sleep."""
        for _ in range(5):
            await asyncio.sleep(0)

    async def advance_to(self, time: float) -> None:
        self._time = time
        for wake, over in self._sleepers:
            if wake <= time:
                over.set()
        await self.wait_for_sleepers()
