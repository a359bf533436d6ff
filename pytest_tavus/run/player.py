"""Walks the turns of a scenario on a session. Knows neither pytest nor which session it is."""

from __future__ import annotations

from collections.abc import Callable

from pytest_tavus.errors import ServiceError
from pytest_tavus.scenario.values.model import Turn
from pytest_tavus.scenario.values.templates import MissingValue, as_text, render
from pytest_tavus.sessions.session import Session
from pytest_tavus.simulator.pal.memory import Memory
from pytest_tavus.spans import SourceSpan
from pytest_tavus.trace.events import Fault, TurnEnded
from pytest_tavus.trace.log import Recorder


class Player:
    """Plays turns and records their ends. What goes wrong on the way is a fault in the trace."""

    def __init__(self, session: Session, recorder: Recorder, memory: Memory) -> None:
        self._session = session
        self._recorder = recorder
        self._memory = memory

    async def play(self, turn: Turn, *, place: Callable[[], SourceSpan]) -> bool:
        """Play one turn; return whether the conversation can go on.

        `place` finds the turn's line, which costs more than the turn and is seldom asked for.
        """
        self._recorder.turn += 1
        self._memory.begin(turn)
        try:
            text = as_text(render(turn.user, self._memory.scope()))
        except MissingValue as missing:
            message = f"{place()}: the caller's line cannot be said: {missing}"
            self._recorder.record(Fault(owner="test", message=message))
            return False
        try:
            await self._hold(turn, text)
        except ServiceError as error:
            self._recorder.record(Fault(owner="platform", message=str(error)))
            return False
        return True

    async def _hold(self, turn: Turn, text: str) -> None:
        await self._session.say(text)
        self._memory.finish(turn)
        self._recorder.record(TurnEnded())
        if turn.quiet is not None:
            await self._session.listen(turn.quiet)
            self._recorder.record(TurnEnded(quiet_for=turn.quiet))
