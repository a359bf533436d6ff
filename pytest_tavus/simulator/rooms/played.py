"""The script brain of a served conversation: which scenario's turn answers the line that was heard.

Somebody else holds the other end, so the lines come as they come. A scenario whose next line is the
one that was heard is followed. No other turn is played, because its calls would be made: they book
and cancel. Only with the first line people greet each other in their own words, so there the first
scenario begins if its turn makes no call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.scenario.values.model import Plays, Scenario, Turn
from pytest_tavus.scenario.values.templates import MissingValue, as_text, escape, render
from pytest_tavus.simulator.pal.arguments import quote_text
from pytest_tavus.simulator.pal.brain import Inference, Moment, Unprompted
from pytest_tavus.simulator.pal.memory import Memory
from pytest_tavus.simulator.pal.script import ScriptBrain, waves
from pytest_tavus.simulator.pal.speech import Lines
from pytest_tavus.trace.events import AnsweredBy, Decisions, Fault, ToolCalled
from pytest_tavus.trace.log import Recorder

ScriptOrder = Literal["strict", "loose"]
"""Which turn answers a line that no scenario expects: none; or the next one of the scenario that
was followed so far, else of the first."""


SHOWN = 3
"""Scenarios whose next line is told where none fits."""


class _ScriptProgress(Struct, eq=False):
    scenario: Scenario
    turns_played: int = 0

    def next_turn(self) -> Turn | None:
        turns = self.scenario.turns
        return turns[self.turns_played] if self.turns_played < len(turns) else None


class PlayedBrain:
    """Decides by the scenarios that are offered for a PAL."""

    decisions: Decisions = "scripted"

    def __init__(
        self,
        scripts: Callable[[], Sequence[Scenario]],
        recorder: Recorder,
        *,
        order: ScriptOrder,
        lines: Lines,
        env: Mapping[str, str],
    ) -> None:
        self._scripts = scripts
        self._order: ScriptOrder = order
        self._recorder = recorder
        self._lines = lines
        self._memory = Memory(recorder, env=env)
        self._script = ScriptBrain(
            scope=self._memory.scope, lines=lines, filled_by=self._memory.filled_by
        )
        self._available_scripts: list[_ScriptProgress] = []
        self._current_script: _ScriptProgress | None = None
        self._turn: Turn | None = None

    def record_answer(self, call: ToolCalled, answer: str, by: AnsweredBy) -> None:
        """Keep what a call leaves behind for later turns."""
        self._memory.record_answer(call, answer, by)

    async def infer(self, moment: Moment) -> Inference:
        """Return what the PAL says or calls next."""
        if moment.step == 0:
            self._turn = self._choose_turn(moment) or self._build_fallback_turn()
            self._memory.begin(self._turn)
            self._script.add(self._turn)
        return await self._script.infer(moment)

    def infer_unprompted(self, moment: Moment) -> Unprompted | None:
        """End the turn: keep what it leaves behind, and return what is said unasked after it."""
        if self._turn is not None:
            self._memory.finish(self._turn)
            self._turn = None
        return self._script.infer_unprompted(moment)

    def _choose_turn(self, moment: Moment) -> Turn | None:
        """Go one turn on in the scenario that answers this line; `None` where there is none."""
        self._refresh_scripts()
        candidates = [*self._available_scripts]
        if self._current_script is not None:
            candidates.insert(0, self._current_script)
        fitting = (each for each in candidates if self._fits(each.next_turn(), moment.user))
        found = next(fitting, None) or self._find_loose_match(moment)
        turn = None if found is None else found.next_turn()
        if found is not None and turn is not None:
            self._current_script = found
            found.turns_played += 1
        return turn

    def _find_loose_match(self, moment: Moment) -> _ScriptProgress | None:
        """Return the scenario that answers a line which none expects."""
        first = self._available_scripts[0] if self._available_scripts else None
        if self._order == "loose":
            return self._current_script or first
        turn = None if first is None else first.next_turn()
        greets = moment.turn == 1 and turn is not None and not waves(turn)
        return first if greets else None

    def _refresh_scripts(self) -> None:
        """Take note of scenarios that have been added since the last line."""
        known = {id(each.scenario) for each in self._available_scripts}
        self._available_scripts += [
            _ScriptProgress(one) for one in self._scripts() if id(one) not in known
        ]

    def _fits(self, turn: Turn | None, heard: str) -> bool:
        if turn is None:
            return False
        try:
            return as_text(render(turn.user, self._memory.scope())).strip() == heard.strip()
        except MissingValue:
            return False

    def _build_fallback_turn(self) -> Turn:
        """Return a turn of one plain line, and record why it is no other."""
        message = f"{self._describe_no_match()}; a plain line is said"
        self._recorder.record(Fault(owner="test", message=message))
        says = str(escape(self._lines.unscripted))
        return Turn(at=(), user="", plays=Plays(at=(), calls=(), says=says))

    def _describe_no_match(self) -> str:
        if not self._available_scripts:
            return "no scenario is a script of this PAL"
        expected = [
            f"{each.scenario.name!r} expects {quote_text(turn.user)}"
            for each in self._available_scripts
            if (turn := each.next_turn()) is not None
        ]
        if expected:
            more = f", and {len(expected) - SHOWN} more" if len(expected) > SHOWN else ""
            return f"no script has this line next: {', '.join(expected[:SHOWN])}{more}"
        followed = self._current_script or self._available_scripts[0]
        return f"the script {followed.scenario.name!r} is over, and no other begins with this line"


class ScriptBook:
    """Scenarios that served conversations are played from. Filled at any time."""

    def __init__(self) -> None:
        self._scenarios: list[Scenario] = []

    def add(self, scenario: Scenario) -> None:
        """Offer a scenario as a script."""
        self._scenarios.append(scenario)

    def clear(self) -> None:
        """Forget every script."""
        self._scenarios.clear()

    def list_scripts(self, pal_id: str, pal_name: str) -> tuple[Scenario, ...]:
        """Return the scripts of a PAL, in the order they were added.

        Those whose `pal` has that `pal_id`; else those whose `pal` has that `pal_name`; else those
        whose `pal` names neither, which are everybody's.
        """
        by_id = tuple(one for one in self._scenarios if one.pal.pal_id == pal_id)
        if by_id:
            return by_id
        rest = [one for one in self._scenarios if one.pal.pal_id is None]
        named = tuple(one for one in rest if one.pal.pal_name == pal_name)
        return named or tuple(one for one in rest if _is_unnamed(one.pal))


def _is_unnamed(pal: Pal) -> bool:
    return "pal_name" not in pal.written
