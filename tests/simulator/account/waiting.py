"""For what becomes ready later: a clock that is turned by hand, and the callbacks that tell."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any


class Heard:
    """Keeps the callbacks that would be sent."""

    def __init__(self) -> None:
        self.all: list[tuple[str, dict[str, Any]]] = []

    @property
    def statuses(self) -> list[tuple[str, str]]:
        """The status that each told, beside its address."""
        return [(url, body["status"]) for url, body in self.all]

    def send(self, url: str, body: Mapping[str, Any]) -> None:
        self.all.append((url, dict(body)))


class Hourglass:
    """A clock whose sleepers wake when it is turned."""

    def __init__(self) -> None:
        self._time = 0.0
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    def now(self) -> float:
        return self._time

    async def sleep(self, seconds: float) -> None:
        over = asyncio.Event()
        self._sleepers.append((self._time + seconds, over))
        await over.wait()

    async def begun(self) -> None:
        """Let whoever is about to sleep fall asleep."""
        for _ in range(5):
            await asyncio.sleep(0)

    async def turn(self, time: float) -> None:
        self._time = time
        for wake, over in self._sleepers:
            if wake <= time:
                over.set()
        await self.begun()
