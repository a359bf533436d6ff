"""What a simulated conversation is given from outside, and whom it hands its calls to."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from pytest_tavus.clock import Clock
from pytest_tavus.contract.behaviour import Behaviour
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.simulator.pal.ids import Ids
from pytest_tavus.simulator.pal.speech import Lines
from pytest_tavus.trace.events import ToolCalled, ToolResolved
from pytest_tavus.trace.log import Recorder


class Dispatcher(Protocol):
    """Delivers a call and returns what became of it. Records what happens on the way."""

    async def dispatch(self, tool: Tool | None, call: ToolCalled, *, turn: int) -> ToolResolved:
        """Deliver one call. Whatever goes wrong is in the resolution, never an exception."""
        ...


class PalRules(Struct, frozen=True, kw_only=True):
    """The rules a simulated PAL is bound by. What of them is inferred can be replaced."""

    behaviour: Behaviour
    lines: Lines


class ConversationContext(Struct, frozen=True, kw_only=True):
    """What a conversation is given from outside: where it is recorded, its time, its ids."""

    recorder: Recorder
    clock: Clock
    ids: Ids
    rules: PalRules
