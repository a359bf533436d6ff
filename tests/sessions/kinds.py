"""Every kind of session, and a function that opens it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from pytest_tavus.clock import ManualClock
from pytest_tavus.contract.behaviour import Behaviour
from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.handler.delivery.profile import DeliveryProfile
from pytest_tavus.scenario.values.model import ClientAnswer, PlayedCall, PlayedLater, Plays, Turn
from pytest_tavus.sessions.session import Session
from pytest_tavus.sessions.simulated import open_sim
from pytest_tavus.simulator.pal.client import ClientTools
from pytest_tavus.simulator.pal.conversation import ConversationContext, PalRules
from pytest_tavus.simulator.pal.dispatch import Wire
from pytest_tavus.simulator.pal.ids import Ids
from pytest_tavus.simulator.pal.script import ScriptBrain
from pytest_tavus.simulator.pal.speech import Lines
from pytest_tavus.trace.log import Recorder
from tests.simulator.pal.fake_handler import FakeHandler, ok

SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An open conversation and its recorder."""

    session: Session
    recorder: Recorder

    async def say(self, text: str) -> list[str]:
        """Say a line and return the names of the recorded events."""
        self.recorder.turn += 1
        before = len(self.recorder.trace())
        async with asyncio.timeout(SECONDS):
            await self.session.say(text)
        entries = self.recorder.trace().entries[before:]
        assert {entry.turn for entry in entries} == {self.recorder.turn}
        return [type(entry.event).__name__ for entry in entries]


PAL = Pal.from_json(
    {
        "pal_name": "Waiter",
        "greeting": "Good evening.",
        "tools": [
            {
                "name": "find",
                "description": "Finds a table.",
                "on_call": "silent",
                "on_resolve": "generate_response",
                "delivery": {"api": {"url": "https://shop.example/find"}},
            },
            {
                "name": "show",
                "description": "Shows the plan.",
                "on_call": "silent",
                "on_resolve": "generate_response",
            },
        ],
    }
)
"""The PAL of every session in this suite."""


def _turn(tool: str) -> Turn:
    call = PlayedCall(at=(), tool=tool, arguments={"guests": 2})
    later = PlayedLater(at=(), after=4.0, says="Are you still there?")
    plays = Plays(at=(), calls=((call,),), says="Here you are.", later=later)
    return Turn(at=(), user="", plays=plays)


@asynccontextmanager
async def simulated(tools: Sequence[str]) -> AsyncGenerator[Opened]:
    """Open a simulated conversation that calls one tool in each turn."""
    clock = ManualClock()
    recorder = Recorder(now=clock.now)
    brain = ScriptBrain(scope=lambda: {"saved": {}, "env": {}}, lines=Lines())
    for tool in tools:
        brain.add(_turn(tool))
    session = open_sim(
        PAL,
        brain,
        wire=Wire(
            handler=FakeHandler(lambda call: ok({"table": 7, "for": dict(call.arguments)})),
            client=ClientTools(
                answers={"show": (ClientAnswer(at=(), output="shown"),)}, load=print
            ),
            profile=DeliveryProfile(),
        ),
        around=ConversationContext(
            recorder=recorder,
            clock=clock,
            ids=Ids(seed=0, name="a session"),
            rules=PalRules(behaviour=Behaviour(), lines=Lines()),
        ),
        answered=lambda call, answer, by: None,
    )
    yield Opened(session=session, recorder=recorder)
    await session.end()


Opening = Callable[[Sequence[str]], AbstractAsyncContextManager[Opened]]
"""Opens a conversation with :data:`PAL`, which calls one of the tools in each turn."""

SESSIONS: dict[str, Opening] = {"sim": simulated}
"""Every kind of session, by its name in `--tavus-session`."""
