"""The script brain of a served conversation: finds the scenario turn that answers a caller's line.

Any client may hold the other end, so its lines are free. The brain plays the scenario whose next
line equals the caller's line. The brain plays no other turn, because calls have effects: a call
books or cancels something. The first line is an exception: people greet in their own words, so the
first scenario begins if its turn makes no call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

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
"""Which turn answers a line that no scenario expects. Strict: none. Loose: the next turn of the
current scenario, or of the first scenario."""

MAX_LISTED = 3
"""Scenarios that the fault of an unexpected line lists with their next lines."""


class _ScriptProgress(Struct, eq=False):
    scenario: Scenario
    turns_played: int = 0

    def next_turn(self) -> Turn | None:
        turns = self.scenario.turns
        return turns[self.turns_played] if self.turns_played < len(turns) else None


class PlayedBrain:
    """Decides by the scenarios that are scripts of a PAL."""

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
        """Save the values of an answer that later turns read."""
        self._memory.record_answer(call, answer, by)

    async def infer(self, moment: Moment) -> Inference:
        if moment.step == 0:
            self._turn = self._choose_turn(moment) or self._build_fallback_turn()
            self._memory.begin(self._turn)
            self._script.add(self._turn)
        return await self._script.infer(moment)

    def infer_unprompted(self, moment: Moment) -> Unprompted | None:
        """End the turn: save its values, and return the unprompted line after it."""
        if self._turn is not None:
            self._memory.finish(self._turn)
            self._turn = None
        return self._script.infer_unprompted(moment)

    def _choose_turn(self, moment: Moment) -> Turn | None:
        """Advance the scenario that answers this line; return `None` if no scenario does."""
        self._refresh_scripts()
        candidates = [*self._available_scripts]
        if self._current_script is not None:
            candidates.insert(0, self._current_script)
        matching = (each for each in candidates if self._matches(each.next_turn(), moment.user))
        found = next(matching, None) or self._find_loose_match(moment)
        turn = None if found is None else found.next_turn()
        if found is not None and turn is not None:
            self._current_script = found
            found.turns_played += 1
        return turn

    def _find_loose_match(self, moment: Moment) -> _ScriptProgress | None:
        """Return the scenario that answers a line no scenario expects."""
        first = self._available_scripts[0] if self._available_scripts else None
        if self._order == "loose":
            return self._current_script or first
        turn = None if first is None else first.next_turn()
        greets = moment.turn == 1 and turn is not None and not waves(turn)
        return first if greets else None

    def _refresh_scripts(self) -> None:
        """Add the scenarios that the script book received since the last line."""
        known = {id(each.scenario) for each in self._available_scripts}
        self._available_scripts += [
            _ScriptProgress(scenario) for scenario in self._scripts() if id(scenario) not in known
        ]

    def _matches(self, turn: Turn | None, line: str) -> bool:
        if turn is None:
            return False
        try:
            return as_text(render(turn.user, self._memory.scope())).strip() == line.strip()
        except MissingValue:  # the line reads a value that no call has saved so far
            return False

    def _build_fallback_turn(self) -> Turn:
        """Return a turn of one plain line, and record why no scenario answers."""
        message = f"{self._describe_no_match()}; a plain line is said"
        self._recorder.record(Fault(owner="test", message=message))
        # A line of a turn is a template, so a brace in a plain line must be escaped.
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
            more = f", and {len(expected) - MAX_LISTED} more" if len(expected) > MAX_LISTED else ""
            return f"no script has this line next: {', '.join(expected[:MAX_LISTED])}{more}"
        finished = self._current_script or self._available_scripts[0]
        return f"the script {finished.scenario.name!r} is over, and no other begins with this line"


class ScriptBook:
    """The scenarios that served conversations play. Scenarios can be added at any time."""

    def __init__(self) -> None:
        self._scenarios: list[Scenario] = []

    def add(self, scenario: Scenario) -> None:
        self._scenarios.append(scenario)

    def clear(self) -> None:
        self._scenarios.clear()

    def list_scripts(self, pal_id: str, pal_name: str) -> tuple[Scenario, ...]:
        """Return the scripts of a PAL, in the order in which they were added.

        Scripts with its `pal_id` win over scripts with its `pal_name`, and these win over scripts
        that name no PAL.
        """
        by_id = tuple(each for each in self._scenarios if each.pal.pal_id == pal_id)
        if by_id:
            return by_id
        rest = [each for each in self._scenarios if each.pal.pal_id is None]
        by_name = tuple(each for each in rest if each.pal.pal_name == pal_name)
        return by_name or tuple(each for each in rest if "pal_name" not in each.pal.written)
