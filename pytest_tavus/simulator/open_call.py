"""A call that a simulated PAL has made, and what the PAL knows of it: now, and in later turns."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace

from pytest_tavus.contract.behaviour import OnResolveRow
from pytest_tavus.simulator.brain import Answer, CallIntent
from pytest_tavus.trace.events import ToolCalled, ToolResolved


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCall:
    """A call of the current turn, with its delivery under way."""

    call: ToolCalled
    intent: CallIntent
    row: OnResolveRow
    task: asyncio.Task[ToolResolved]

    def answer(self) -> Answer:
        """Return what the PAL knows while its turn goes on: only what it has waited for."""
        waited = self.row.waits and self.task.done()
        return self._answer() if waited else self._unknown()

    def remembered(self) -> Answer:
        """Return what the PAL knows once the turn is over, whether it has waited or not."""
        return self._answer() if self.row.in_context else self._unknown()

    def _answer(self) -> Answer:
        resolved, known = self.task.result(), self.row.in_context
        output = resolved.output if known else ""
        return replace(self._unknown(), status=resolved.status, known=known, output=output)

    def _unknown(self) -> Answer:
        return Answer(
            call_id=self.call.call_id,
            tool=self.intent.tool,
            arguments=self.intent.arguments,
            status=None,
            known=False,
        )


async def cut_short(calls: Iterable[OpenCall]) -> None:
    """End the deliveries that are still under way, and return when they have ended."""
    pending = [entry.task for entry in calls if not entry.task.done()]
    for task in pending:
        task.cancel()
    if pending:
        await asyncio.gather(*pending, return_exceptions=True)
