"""A call of a simulated PAL, and the PAL's knowledge of its outcome now and in later turns."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pytest_tavus.contract.behaviour import OnResolveRow
from pytest_tavus.simulator.pal.brain import Answer, CallIntent
from pytest_tavus.trace.events import ToolCalled, ToolResolved


@dataclass(slots=True, kw_only=True)
class OpenCall:
    """A call, and its outcome so far."""

    call: ToolCalled
    intent: CallIntent
    row: OnResolveRow
    deliver: Callable[[], Coroutine[object, None, ToolResolved]]
    resolved: ToolResolved | None = field(default=None, init=False)
    task: asyncio.Task[ToolResolved] | None = field(default=None, init=False)
    "The delivery, if it runs beside other deliveries."

    async def resolution(self) -> ToolResolved:
        """Wait for the outcome; a call without a task is delivered here."""
        if self.resolved is None:
            self.resolved = await (self.deliver() if self.task is None else self.task)
        return self.resolved

    @property
    def state(self) -> Literal["open", "resolved", "cut"]:
        """The state of the call, without waiting; `cut`: the delivery was cancelled."""
        if self.resolved is None and self.task is not None and self.task.done():
            if self.task.cancelled():
                return "cut"
            self.resolved = self.task.result()
        if self.resolved is not None:
            return "resolved"
        return "cut" if self.task is None else "open"

    def answer(self) -> Answer:
        """Return the PAL's knowledge during the turn: only outcomes that it waited for."""
        return self._build_answer(self.resolved if self.row.waits else None)

    def answer_after_turn(self) -> Answer:
        """Return the PAL's knowledge after the turn, whether it waited or not."""
        return self._build_answer(self.resolved if self.row.in_context else None)

    def _build_answer(self, resolved: ToolResolved | None) -> Answer:
        known = resolved is not None and self.row.in_context
        return Answer(
            call_id=self.call.call_id,
            tool=self.intent.tool,
            arguments=self.intent.arguments,
            status=None if resolved is None else resolved.status,
            known=known,
            output=resolved.output if resolved is not None and known else "",
            answered_by=None if resolved is None else resolved.answered_by,
            filled_by=self.intent.filled_by,
        )


def start_deliveries(wave: Sequence[OpenCall], *, beside: Iterable[OpenCall]) -> None:
    """Start the deliveries of calls that are made at the same time.

    A single call that the PAL waits for needs no task: `resolution` delivers the call at a fraction
    of the cost.
    """
    concurrent = len(wave) > 1 or any(entry.resolved is None for entry in beside)
    for entry in wave:
        if concurrent or not entry.row.waits:
            entry.task = asyncio.create_task(entry.deliver())


async def cancel_deliveries(calls: Iterable[OpenCall]) -> None:
    """Cancel the running deliveries, and return when they have ended."""
    tasks = (entry.task for entry in calls)
    pending = [task for task in tasks if task is not None and not task.done()]
    for task in pending:
        task.cancel()
    if pending:
        await asyncio.gather(*pending, return_exceptions=True)
