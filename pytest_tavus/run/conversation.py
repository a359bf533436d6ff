"""One scenario in progress: its recorder, its memory, its script, its session, its handler.

The runner builds one for each conversation, and passes in everything that conversations share.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from pytest_tavus.clock import SkippingClock
from pytest_tavus.contract.behaviour import Behaviour
from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.errors import HandlerError, LimitError, Owner, ServiceError
from pytest_tavus.handler.call.port import Handler
from pytest_tavus.handler.delivery.profile import DeliveryProfile
from pytest_tavus.handler.pool import HandlerPool
from pytest_tavus.handler.source.imports import load
from pytest_tavus.scenario.values.model import HandlerSpec, Scenario, Turn
from pytest_tavus.scenario.values.templates import MissingValue, as_text, render
from pytest_tavus.sessions.session import Session
from pytest_tavus.sessions.simulated import open_sim
from pytest_tavus.simulator.pal.brain import Brain
from pytest_tavus.simulator.pal.client import ClientTools
from pytest_tavus.simulator.pal.conversation import ConversationContext, PalRules
from pytest_tavus.simulator.pal.dispatch import OnAnswer, Wire
from pytest_tavus.simulator.pal.ids import Ids
from pytest_tavus.simulator.pal.memory import Memory
from pytest_tavus.simulator.pal.script import ScriptBrain
from pytest_tavus.simulator.pal.speech import Lines
from pytest_tavus.spans import SourceSpan
from pytest_tavus.trace.events import CloseReason, Fault, SessionClosed, ToolResolved, TurnEnded
from pytest_tavus.trace.log import Recorder, Trace


class Player:
    """Plays turns and records their ends; a failure becomes a fault in the trace."""

    def __init__(self, session: Session, recorder: Recorder, memory: Memory) -> None:
        self._session = session
        self._recorder = recorder
        self._memory = memory

    async def play(self, turn: Turn, *, locate: Callable[[], SourceSpan]) -> bool:
        """Play one turn; return whether the conversation can go on.

        `locate` is a function, because finding the turn's line costs more than playing the turn.
        """
        self._recorder.turn += 1
        self._memory.begin(turn)
        try:
            text = as_text(render(turn.user, self._memory.scope()))
        except MissingValue as missing:
            message = f"{locate()}: the caller's line cannot be said: {missing}"
            self._recorder.record(Fault(owner="test", message=message))
            return False
        try:
            await self._play_text(turn, text)
        except ServiceError as error:
            self._recorder.record(Fault(owner="platform", message=str(error)))
            return False
        return True

    async def _play_text(self, turn: Turn, text: str) -> None:
        await self._session.say(text)
        self._memory.finish(turn)
        self._recorder.record(TurnEnded())
        if turn.quiet is not None:
            await self._session.listen(turn.quiet)
            self._recorder.record(TurnEnded(quiet_for=turn.quiet))


NO_HANDLER = HandlerSpec(at=())
"""The handler of a scenario that names none: it takes no call."""


class Opener(Protocol):
    """Opens a session. Raises `ServiceError`, or `LimitError` if a later attempt may succeed."""

    async def __call__(
        self, pal: Pal, brain: Brain, *, wire: Wire, around: ConversationContext, answered: OnAnswer
    ) -> Session: ...


async def open_simulated(
    pal: Pal, brain: Brain, *, wire: Wire, around: ConversationContext, answered: OnAnswer
) -> Session:
    return open_sim(pal, brain, wire=wire, around=around, answered=answered)


class RunContext(Struct, frozen=True, kw_only=True):
    """The parts that all conversations of a process share."""

    behaviour: Behaviour
    profile: DeliveryProfile
    lines: Lines
    pool: HandlerPool
    opener: Opener = open_simulated


class ScenarioRun:
    """A conversation, driven turn by turn by a scenario file or by a test in Python."""

    def __init__(
        self,
        scenario: Scenario,
        shared: RunContext,
        *,
        ids: Ids,
        env: Mapping[str, str],
    ) -> None:
        self.scenario = scenario
        self._shared = shared
        self._ids = ids
        self._clock = SkippingClock()
        self.recorder = Recorder(now=self._clock.now)
        """Receives every event of the conversation, in clear."""
        self._memory = Memory(self.recorder, env=env)
        self._brain = ScriptBrain(
            scope=self._memory.scope, lines=shared.lines, filled_by=self._memory.filled_by
        )
        self._session: Session | None = None
        self._player: Player | None = None
        self._handler: Handler | None = None
        self._spec = scenario.handler or NO_HANDLER

    async def run_with_deadline(
        self, seconds: float, part: Callable[[], Awaitable[bool]]
    ) -> CloseReason:
        """Run a part of the conversation; past the deadline, cancel it and record a fault.

        Returns the close reason of a conversation that ends after this part.
        """
        now = asyncio.get_running_loop().time
        until = now() + seconds
        limit = asyncio.timeout_at(until)
        try:
            async with limit:
                goes_on = await part()
            # A handler in this process may block the loop, and then no timeout can interrupt it.
            if not goes_on or now() < until:
                return "finished" if goes_on else "fault"
        except TimeoutError:
            if not limit.expired():
                raise
        self.recorder.record(_build_deadline_fault(self.recorder.trace(), seconds))
        self._player = None
        return "deadline"

    async def open(self, handler: object | None = None) -> bool:
        """Start the handler and open the session; return whether both succeeded.

        `handler` is the value of the user's own fixture, and replaces the scenario's handler.

        Raises:
            LimitError: the service accepts no further conversation now.

        """
        try:
            self._handler = await self._shared.pool.acquire(self._spec, override=handler)
            self._session = await self._open_session(self._handler)
        except LimitError:
            raise
        except (HandlerError, ServiceError) as error:
            self.record_fault(error)
            return False
        self._player = Player(self._session, self.recorder, self._memory)
        return True

    async def _open_session(self, handler: Handler) -> Session:
        # A bound method would make a reference cycle, and only the garbage collector frees cycles.
        load_client = partial(_load, self.scenario.search_path)
        return await self._shared.opener(
            self.scenario.pal,
            self._brain,
            wire=Wire(
                handler=handler,
                client=ClientTools(answers=self.scenario.client, load=load_client),
                profile=self._shared.profile,
            ),
            around=ConversationContext(
                recorder=self.recorder,
                clock=self._clock,
                ids=self._ids,
                rules=PalRules(behaviour=self._shared.behaviour, lines=self._shared.lines),
            ),
            answered=self._memory.record_answer,
        )

    async def play(self) -> bool:
        """Play the scenario's turns up to the first failure; return whether all were played."""
        for turn in self.scenario.turns:
            if not await self.play_turn(turn):
                return False
        return True

    async def play_turn(self, turn: Turn) -> bool:
        """Play one turn; return whether the conversation can go on.

        After a fault, every further turn returns `False` at once.
        """
        if self._player is None:
            return False
        self._brain.add(turn)
        goes_on = await self._player.play(turn, locate=partial(self.scenario.where, turn.at))
        if not goes_on:
            self._player = None
        return goes_on

    async def close(self, reason: CloseReason) -> None:
        """End the session, release the handler, and record the reason.

        If the conversation had a handler of its own, a failure of its end is recorded as a fault.
        """
        try:
            await self._end()
        finally:
            self.recorder.record(SessionClosed(reason=reason))

    async def _end(self) -> None:
        if self._session is not None:
            await self._session.end()
        handler, self._handler = self._handler, None
        if handler is not None:
            try:
                await handler.close()
            except HandlerError as error:
                self.record_fault(error)

    def record_fault(self, error: HandlerError | ServiceError) -> None:
        if isinstance(error, HandlerError):
            fault = Fault(owner=error.owner, message=error.message, detail=error.detail)
        else:
            fault = Fault(owner="platform", message=str(error))
        self.recorder.record(fault)


def _load(search_path: Sequence[str], import_string: str) -> object:
    return load(import_string, search_path=[Path(directory) for directory in search_path])


def _build_deadline_fault(trace: Trace, seconds: float) -> Fault:
    """Blame the handler if a call is unanswered, else the test."""
    resolved = {event.call_id for _, event in trace.of(ToolResolved)}
    waiting = [call.name for _, call in trace.calls() if call.call_id not in resolved]
    message = f"the conversation did not end within {round(seconds, 2):g} s"
    if waiting:
        message += f"; {waiting[0]} had not been answered"
    owner: Owner = "handler" if waiting else "test"
    return Fault(owner=owner, message=message)
