"""A simulated conversation whose deliveries the test controls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pytest_tavus.clock import ManualClock
from pytest_tavus.contract.behaviour import Behaviour, OnCall, OnResolve
from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.scenario.values.model import CallExpectation, CallGroup, PlayedCall, Plays, Turn
from pytest_tavus.simulator.pal.brain import Brain, Inference, Moment, Unprompted
from pytest_tavus.simulator.pal.conversation import ConversationContext, PalConversation, PalRules
from pytest_tavus.simulator.pal.ids import Ids
from pytest_tavus.simulator.pal.script import ScriptBrain
from pytest_tavus.simulator.pal.speech import Lines
from pytest_tavus.trace.events import (
    Decisions,
    Event,
    Fault,
    PalSaid,
    ToolCalled,
    ToolResolved,
    ToolStatus,
    Withheld,
)
from pytest_tavus.trace.log import Recorder, Trace

SECONDS = 5
"""Seconds after which a test counts as stuck."""

UNKNOWN = "says I'm sorry, I don't have that information."


def tool(
    name: str = "find",
    *,
    on_call: OnCall | None = "silent",
    on_resolve: OnResolve | None = "generate_response",
) -> Tool:
    filler = "One moment." if on_call == "static_filler" else None
    return Tool(
        name=name,
        description="Finds a table.",
        on_call=on_call,
        on_resolve=on_resolve,
        static_filler=filler,
    )


def wave(*names: str, **arguments: Any) -> tuple[PlayedCall, ...]:
    return tuple(PlayedCall(at=(), tool=name, arguments=arguments) for name in names)


def turn(*waves: tuple[PlayedCall, ...], calls: CallGroup | None = None, **plays: Any) -> Turn:
    """Return a turn in which the PAL plays these waves, or without waves the expected calls."""
    return Turn(
        at=("turns", 0),
        user="A table for two.",
        calls=calls,
        plays=Plays(at=("turns", 0, "plays"), calls=waves or None, **plays),
    )


def call_then_say(says: str, *waves: tuple[PlayedCall, ...]) -> Turn:
    """Return a turn with calls, by default one of `find`, and a line that reads their answers."""
    return turn(*(waves or (wave("find"),)), says=says)


def expected(*members: CallExpectation | CallGroup, ordered: bool = True) -> CallGroup:
    return CallGroup(at=(), ordered=ordered, members=members)


async def wait_until(condition: Callable[[], object]) -> None:
    """Let the other tasks run until the condition holds."""
    async with asyncio.timeout(SECONDS):
        while not condition():  # noqa: ASYNC110 - the others run meanwhile
            await asyncio.sleep(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOutcome:
    """The outcome of a call."""

    status: ToolStatus = "success"
    output: str = '{"table": 7}'


@dataclass(slots=True, kw_only=True)
class ControlledDispatcher:
    """A dispatcher that resolves calls in the order that the test sets."""

    recorder: Recorder
    replies: Mapping[str, CallOutcome] = field(default_factory=dict[str, CallOutcome])
    after: Mapping[str, str] = field(default_factory=dict[str, str])
    "By tool: the tool whose delivery must start before the answer."

    started: dict[str, asyncio.Event] = field(default_factory=dict[str, asyncio.Event])
    given_up: list[str] = field(default_factory=list[str])

    async def dispatch(self, tool: Tool | None, call: ToolCalled, *, turn: int) -> ToolResolved:
        self.start(call.name)
        try:
            if call.name in self.after:
                await self._started_event(self.after[call.name]).wait()
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            self.given_up.append(call.name)
            raise
        reply = self.replies.get(call.name, CallOutcome())
        resolved = ToolResolved(
            call_id=call.call_id,
            status=reply.status,
            output=reply.output if reply.status == "success" else "",
            answered_by="handler",
        )
        self.recorder.record(resolved, turn=turn)
        return resolved

    def start(self, name: str) -> None:
        """Release the deliveries that wait for this tool."""
        self._started_event(name).set()

    def _started_event(self, name: str) -> asyncio.Event:
        return self.started.setdefault(name, asyncio.Event())


class ConversationFixture:
    """One conversation, turn by turn."""

    def __init__(
        self,
        *tools: Tool,
        brain: Brain | None = None,
        behaviour: Behaviour | None = None,
        scope: Mapping[str, Any] | None = None,
        greeting: str | None = None,
        pal: Pal | None = None,
    ) -> None:
        clock = ManualClock()
        self.recorder = Recorder(now=clock.now)
        self.dispatcher = ControlledDispatcher(recorder=self.recorder)
        self.script = ScriptBrain(
            scope=lambda: {"saved": {}, "env": {}, **(scope or {})}, lines=Lines()
        )
        self.conversation = PalConversation(
            pal or Pal(tools=tools or (tool(),), greeting=greeting),
            brain or self.script,
            dispatcher=self.dispatcher,
            shared=ConversationContext(
                recorder=self.recorder,
                clock=clock,
                ids=Ids(seed=0, name="a scene"),
                rules=PalRules(behaviour=behaviour or Behaviour(), lines=Lines()),
            ),
        )

    async def play(self, *turns: Turn) -> list[str]:
        """Play turns, and return the events of the last turn."""
        for each in turns:
            self.script.add(each)
            self.recorder.turn += 1
            async with asyncio.timeout(SECONDS):
                await self.conversation.hear(each.user)
        return self.list_events(turn=self.recorder.turn)

    def trace(self) -> Trace:
        return self.recorder.trace()

    def list_events(self, *, turn: int | None = None) -> list[str]:
        """Return one line of text for each event."""
        names = {call.call_id: call.name for _, call in self.trace().calls()}
        return [
            _line(entry.event, names)
            for entry in self.trace()
            if turn is None or entry.turn == turn
        ]

    def list_withheld(self) -> list[tuple[str, str, str | None]]:
        """Return the placeholder, the reason and the tool of each withheld line."""
        names = {call.call_id: call.name for _, call in self.trace().calls()}
        return [
            (event.path, event.reason, names.get(event.call_id or ""))
            for _, event in self.trace().of(Withheld)
        ]


def _line(event: Event, names: Mapping[str, str]) -> str:
    match event:
        case PalSaid():
            return f"says {event.text}"
        case ToolCalled():
            return f"calls {event.name}"
        case ToolResolved():
            return f"{names[event.call_id]}: {event.status}"
        case Withheld():
            return f"withholds {event.path}: {event.reason}"
        case Fault():
            return f"fault of {event.owner}: {event.message}"
        case _:
            return type(event).__name__


class FixedBrain:
    """A brain with fixed inferences, which records its moments."""

    def __init__(self, *inferences: Inference, decisions: Decisions = "model") -> None:
        self.decisions: Decisions = decisions
        self.moments: list[Moment] = []
        self._inferences = list(inferences)

    async def infer(self, moment: Moment) -> Inference:
        self.moments.append(moment)
        return self._inferences.pop(0) if len(self._inferences) > 1 else self._inferences[0]

    def infer_unprompted(self, moment: Moment) -> Unprompted | None:
        return None
