"""The open calls of app-message tools; each `conversation.tool_result` finds its call by id alone.

A result is applied once. A second result is a duplicate, a result for a call that was given up is
late, and a result for a call that never existed is unknown: these three change nothing [wild].
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Literal

from msgspec import Struct

from pytest_tavus.clock import Clock
from pytest_tavus.handler.delivery.flow import ToolOutcome
from pytest_tavus.simulator.pal.client import build_unanswered_outcome
from pytest_tavus.simulator.rooms.inbound import ToolResult
from pytest_tavus.simulator.rooms.options import LiveOptions
from pytest_tavus.simulator.rooms.tasks import Tasks
from pytest_tavus.trace.events import Fault, ToolCalled

StrayReason = Literal["unknown id", "duplicate", "late"]
"""Why a result was not applied."""


class _Call(Struct, kw_only=True):
    call: ToolCalled
    turn: int
    waits: bool
    since: float
    outcome: asyncio.Future[ToolOutcome]


class RoomCalls:
    """The calls of one conversation that are delivered as app messages."""

    def __init__(
        self, clock: Clock, options: LiveOptions, *, tasks: Tasks, warn: Callable[[str], None]
    ) -> None:
        self._clock = clock
        self._options = options
        self._tasks = tasks
        self._warn = warn
        self._open: dict[str, _Call] = {}
        "In call order."

        self._awaited: dict[str, _Call] = {}
        "Calls whose outcome `answer` has not returned yet."

        self._closed: dict[str, Literal["answered", "given up"]] = {}
        self._unwarned: dict[str, _Call] = {}
        "Open calls that no warning has named yet, in call order."

        self._watching = False

    def begin(self, call: ToolCalled, *, turn: int, waits: bool) -> None:
        """Open a call. `waits`: the PAL waits for the result."""
        outcome: asyncio.Future[ToolOutcome] = asyncio.get_running_loop().create_future()
        entry = _Call(call=call, turn=turn, waits=waits, since=self._clock.now(), outcome=outcome)
        self._open[call.call_id] = self._awaited[call.call_id] = entry
        self._unwarned[call.call_id] = entry
        if len(self._open) > self._options.open_calls:
            oldest = _oldest(self._open)
            reason = f"{self._options.open_calls} later calls are open, and this call was dropped"
            self._give_up(oldest, reason)
        if not self._watching:
            self._watching = True
            self._tasks.spawn(self._watch())

    async def answer(self, call: ToolCalled, *, clock: Clock) -> tuple[ToolOutcome, Fault | None]:
        """Return the outcome of a call. Cancelling this gives the call up."""
        del clock  # `_watch` ends the wait, on the clock of the room
        entry = self._awaited[call.call_id]
        try:
            return await entry.outcome, None
        except asyncio.CancelledError:
            self._give_up(entry, "the turn was cut short")
            raise
        finally:
            self._awaited.pop(call.call_id, None)

    def apply_result(self, result: ToolResult) -> StrayReason | None:
        """Apply a result, or return why it changes nothing."""
        closed = self._closed.get(result.call_id)
        if closed is not None:
            return "duplicate" if closed == "answered" else "late"
        entry = self._open.get(result.call_id)
        if entry is None:
            return "unknown id"
        if entry.outcome.done():
            return "late"  # the turn of the call is being cancelled at this moment
        self._close(entry, "answered", _outcome(result))
        return None

    def holds_up(self, turn: int) -> bool:
        """Tell whether the PAL waits for a result in this turn."""
        return any(entry.waits and entry.turn == turn for entry in self._open.values())

    def give_up(self, reason: str, *, turn: int | None = None) -> None:
        """Resolve the open calls of a turn, or all open calls, as unanswered."""
        for entry in tuple(self._open.values()):
            if turn is None or entry.turn == turn:
                self._give_up(entry, reason)

    def _give_up(self, entry: _Call, reason: str) -> None:
        if entry.call.call_id in self._open:
            self._close(entry, "given up", build_unanswered_outcome(reason))

    def _close(
        self, entry: _Call, how: Literal["answered", "given up"], outcome: ToolOutcome
    ) -> None:
        del self._open[entry.call.call_id]
        self._unwarned.pop(entry.call.call_id, None)
        self._closed[entry.call.call_id] = how
        if not entry.outcome.done():
            entry.outcome.set_result(outcome)

    async def _watch(self) -> None:
        """Warn of calls and give them up at their deadlines; return when no call has one."""
        try:
            while (due := self._next_deadline()) is not None:
                await self._clock.sleep(max(0.0, due - self._clock.now()))
                self._check_deadlines()
        finally:
            self._watching = False

    def _next_deadline(self) -> float | None:
        # All calls have the same limits, so the oldest call always has the next deadline.
        deadlines: list[float] = []
        for calls, seconds in (
            (self._unwarned, self._options.tool_warning),
            (self._open, self._options.tool_window),
        ):
            if calls and seconds is not None:
                deadlines.append(_oldest(calls).since + seconds)
        return min(deadlines, default=None)

    def _check_deadlines(self) -> None:
        now = self._clock.now()
        after = self._options.tool_warning
        while self._unwarned and _oldest(self._unwarned).since + after <= now:
            call = _oldest(self._unwarned).call
            del self._unwarned[call.call_id]
            self._warn(f"nobody has answered {call.name} ({call.call_id}) for {after:g} s")
        window = self._options.tool_window
        while window is not None and self._open:
            oldest = _oldest(self._open)
            if oldest.since + window > now:
                return
            self._give_up(oldest, f"the client did not answer within {window:g} s")


def _oldest(calls: Mapping[str, _Call]) -> _Call:
    return next(iter(calls.values()))


def _outcome(result: ToolResult) -> ToolOutcome:
    failed = result.status == "error"
    return ToolOutcome(
        status=result.status,
        output=result.output,
        http_status=None,
        reason="the client answered with status error" if failed else None,
        answered_by="client",
    )
