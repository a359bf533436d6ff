"""A brain that repeats the caller's line."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from pytest_tavus.simulator.pal.brain import Inference, Moment, Unprompted
from pytest_tavus.trace.events import Decisions


@dataclass(eq=False)
class EchoBrain:
    """Repeats the caller's line, records each context, and waits for `hold` if it is set."""

    decisions: Decisions = "model"
    contexts: list[str] = field(default_factory=list[str])
    hold: asyncio.Event | None = None

    async def infer(self, moment: Moment) -> Inference:
        self.contexts.append(moment.context)
        if self.hold is not None:
            await self.hold.wait()
        return Inference(words=f"You said {moment.user}")

    def infer_unprompted(self, moment: Moment) -> Unprompted | None:
        del moment
        return None
