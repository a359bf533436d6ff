"""What a check is given: a scenario, what was seen of it, and the rules that hold. Read only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from msgspec import Struct

from pytest_tavus.checks.schemas import Schemas
from pytest_tavus.checks.seen import Call, Seen, SeenTurn
from pytest_tavus.contract.behaviour import Behaviour
from pytest_tavus.contract.tool import Tool
from pytest_tavus.scenario.model import Scenario, Turn, UncheckedRule
from pytest_tavus.scenario.templates import asks, render
from pytest_tavus.spans import Loc, SourceSpan
from pytest_tavus.trace.events import PalSaid
from pytest_tavus.trace.log import Entry, Trace
from pytest_tavus.verdict import Finding


class Checked(NamedTuple):
    """What one check came to."""

    findings: Sequence[Finding] = ()
    evidence: int = 0
    "How many expectations it held against something that was really seen."


NOTHING_TO_CHECK = Checked()


class Rules(Struct, frozen=True, kw_only=True):
    """What holds for every scenario of a run."""

    behaviour: Behaviour
    schemas: Schemas
    redact: Callable[[Any], Any]
    "The trace was redacted as it was written; what is held against it must be, too."


class Case(Struct, frozen=True):
    """One scenario and its trace."""

    scenario: Scenario
    trace: Trace
    seen: Seen
    rules: Rules
    scope: Mapping[str, Any]
    "What placeholders can read beside ``saved``."

    tools: Mapping[str, Tool]

    def expected(self, value: Any, *, turn: int) -> Any:
        """Return a value of the scenario as it must stand in the trace.

        Raises:
            MissingValue: a placeholder in it has no value.

        """
        if asks(value):
            value = render(value, {**self.scope, "saved": self.seen.kept(turn)})
        return self.rules.redact(value)

    def place_of(self, tool: Tool, *keys: str) -> SourceSpan:
        """Return where a tool, or a value in it, stands in the PAL's definition."""
        index = self.scenario.pal.tools.index(tool)
        return self.scenario.pal_source.span((*self.scenario.pal_at, "tools", index, *keys))


class TurnCase(Struct, frozen=True):
    """One turn of a case."""

    case: Case
    number: int
    turn: Turn
    seen: SeenTurn
    calls: Sequence[Call]
    said: Sequence[tuple[Entry, PalSaid]]

    @property
    def played(self) -> bool:
        """Whether the caller's line was said at all."""
        return self.seen.user is not None

    def where(self, at: Loc) -> SourceSpan:
        """Return where a part of the scenario stands."""
        return self.case.scenario.where(at)

    def is_unchecked(self, rule: UncheckedRule) -> bool:
        """Tell whether the turn or the scenario has switched a rule off."""
        return rule in self.turn.unchecked or rule in self.case.scenario.unchecked

    def expected(self, value: Any) -> Any:
        """Return a value of the scenario as it must stand in the trace.

        Raises:
            MissingValue: a placeholder in it has no value.

        """
        return self.case.expected(value, turn=self.number)


class TurnCheck(Protocol):
    """A check of one turn; one class is one keyword, or one rule that always holds."""

    def check(self, turn: TurnCase) -> Checked:
        """Hold the turn against what was seen."""
        ...


class ScenarioCheck(Protocol):
    """A check of the conversation as a whole."""

    def check(self, case: Case) -> Checked:
        """Hold the scenario against what was seen."""
        ...


def turn_case(case: Case, number: int, turn: Turn) -> TurnCase:
    """Cut one turn out of a case.

    What came after the PAL had finished is a matter of `quiet` where that is asked, and belongs
    to the turn where it is not: nothing that was seen is looked at by nobody.
    """
    seen = case.seen.turn(number)
    if turn.quiet is not None or not (seen.calls_after or seen.said_after):
        return TurnCase(case, number, turn, seen, seen.calls, seen.said)
    calls, said = seen.calls + seen.calls_after, seen.said + seen.said_after
    return TurnCase(case, number, turn, seen, calls, said)
