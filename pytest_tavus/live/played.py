"""The script brain of a served conversation: which scenario's turn answers the line that was heard.

Somebody else holds the other end, so the lines come as they come. A scenario whose next line is the
one that was heard is followed; else the one that was followed so far; else the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from pytest_tavus.play.memory import Memory
from pytest_tavus.scenario.model import Plays, Scenario, Turn
from pytest_tavus.scenario.templates import MissingValue, as_text, escape, render
from pytest_tavus.simulator.brain import Inference, Later, Moment
from pytest_tavus.simulator.script import ScriptBrain
from pytest_tavus.simulator.speech import Lines
from pytest_tavus.trace.events import AnsweredBy, Decisions, Fault, ToolCalled
from pytest_tavus.trace.log import Recorder


class _Followed(Struct, eq=False):
    scenario: Scenario
    played: int = 0

    def next(self) -> Turn | None:
        turns = self.scenario.turns
        return turns[self.played] if self.played < len(turns) else None


class PlayedBrain:
    """Decides by the scenarios that are offered for a PAL."""

    decisions: Decisions = "scripted"

    def __init__(
        self,
        scripts: Callable[[], Sequence[Scenario]],
        recorder: Recorder,
        *,
        lines: Lines,
        env: Mapping[str, str],
    ) -> None:
        self._scripts = scripts
        self._recorder = recorder
        self._lines = lines
        self._memory = Memory(recorder, env=env)
        self._script = ScriptBrain(
            scope=self._memory.scope, lines=lines, filled_by=self._memory.filled_by
        )
        self._offered: list[_Followed] = []
        self._followed: _Followed | None = None
        self._turn: Turn | None = None

    def answered(self, call: ToolCalled, answer: str, by: AnsweredBy) -> None:
        """Keep what a call leaves behind for later turns."""
        self._memory.answered(call, answer, by)

    async def infer(self, moment: Moment) -> Inference:
        """Return what the PAL says or calls next."""
        if moment.step == 0:
            self._turn = self._chosen(moment.user) or self._fallback()
            self._memory.begin(self._turn)
            self._script.add(self._turn)
        return await self._script.infer(moment)

    def later(self, moment: Moment) -> Later | None:
        """End the turn: keep what it leaves behind, and return what is said unasked after it."""
        if self._turn is not None:
            self._memory.finish(self._turn)
            self._turn = None
        return self._script.later(moment)

    def _chosen(self, heard: str) -> Turn | None:
        """Go one turn on in the scenario that answers this line; `None` where there is none."""
        self._offer()
        candidates = [*self._offered]
        if self._followed is not None:
            candidates.insert(0, self._followed)
        fitting = (each for each in candidates if self._fits(each.next(), heard))
        first = self._offered[0] if self._offered else None
        found = next(fitting, self._followed or first)
        turn = None if found is None else found.next()
        if found is not None and turn is not None:
            self._followed = found
            found.played += 1
        return turn

    def _offer(self) -> None:
        """Take note of scenarios that have been added since the last line."""
        known = {id(each.scenario) for each in self._offered}
        self._offered += [_Followed(one) for one in self._scripts() if id(one) not in known]

    def _fits(self, turn: Turn | None, heard: str) -> bool:
        if turn is None:
            return False
        try:
            return as_text(render(turn.user, self._memory.scope())).strip() == heard.strip()
        except MissingValue:
            return False

    def _fallback(self) -> Turn:
        """Return a turn of one plain line, and record why it is no other."""
        if self._followed is None:
            reason = "no scenario is a script of this PAL"
        else:
            name = self._followed.scenario.name
            reason = f"the script {name!r} is over, and no other begins with this line"
        self._recorder.record(Fault(owner="test", message=f"{reason}; a plain line is said"))
        says = str(escape(self._lines.unscripted))
        return Turn(at=(), user="", plays=Plays(at=(), calls=(), says=says))
