"""What is to happen to the account when time has passed, without anybody asking."""

from __future__ import annotations

from collections.abc import Callable

from pytest_tavus.clock import Clock
from pytest_tavus.simulator.rooms.tasks import Tasks


class Alarm:
    """Rings by the server's clock. Without one, an account learns of time when it is asked."""

    def __init__(self, clock: Clock) -> None:
        """Wait on `clock`; whoever makes one silences it in the end."""
        self._clock = clock
        self._tasks = Tasks()

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something once so many seconds have passed. Returns at once."""
        self._tasks.spawn(self._ring(seconds, action))

    async def silence(self) -> None:
        """Forget everything that was to happen."""
        await self._tasks.cancel()

    async def _ring(self, seconds: float, action: Callable[[], None]) -> None:
        await self._clock.sleep(seconds)
        action()
