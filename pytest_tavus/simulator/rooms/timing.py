"""The clock of one conversation, and the timers that end the conversation."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from pytest_tavus.clock import Clock
from pytest_tavus.simulator.rooms.opening import EndReason, Opening
from pytest_tavus.simulator.rooms.tasks import Tasks


class ConversationClock:
    """The server's clock, counted from the opening of one conversation."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._opened_at = clock.now()

    def now(self) -> float:
        """Return the seconds since the conversation was opened."""
        return self._clock.now() - self._opened_at

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)


class RoomTimers:
    """Ends a conversation that nobody joins, that everybody left, or that lasts too long.

    Whether Tavus applies the first two timers to a chat is unknown. The simulator does, but an
    empty chat stays open: the official client leaves after each turn and continues [inferred].
    """

    def __init__(
        self,
        opening: Opening,
        clock: Clock,
        *,
        tasks: Tasks,
        end: Callable[[EndReason], Awaitable[None]],
        chat_ends_when_left: bool,
    ) -> None:
        self._timers = opening.timers
        self._clock = clock
        self._tasks = tasks
        self._end = end
        self._left_timeout = opening.timers.participant_left_timeout
        self._stays_open = opening.chat and not chat_ends_when_left and not self._left_timeout
        self._running: dict[EndReason, asyncio.Task[None]] = {}

    def begin(self) -> None:
        self._start("max_call_duration", self._timers.max_call_duration)
        self._start("participant_absent_timeout", self._timers.participant_absent_timeout)

    def mark_present(self) -> None:
        """Cancel the timers of an empty room."""
        reasons: tuple[EndReason, ...] = ("participant_absent_timeout", "participant_left_timeout")
        for reason in reasons:
            timer = self._running.pop(reason, None)
            if timer is not None:
                timer.cancel()

    def mark_empty(self) -> None:
        """Start the timer of a room that everybody has left."""
        if not self._stays_open:
            self._start("participant_left_timeout", self._left_timeout)

    def _start(self, reason: EndReason, seconds: float) -> None:
        self._running[reason] = self._tasks.spawn(self._run(reason, seconds))

    async def _run(self, reason: EndReason, seconds: float) -> None:
        if seconds > 0:
            await self._clock.sleep(seconds)
        await self._end(reason)
