"""What a check is given: a scenario, what was seen of it, and the rules that hold. Read only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

from msgspec import Struct

from pytest_tavus.contract.behaviour import Behaviour
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.scenario.values.model import Scenario, Turn, UncheckedRule
from pytest_tavus.scenario.values.templates import asks, refuse_empty, render
from pytest_tavus.spans import Loc, SourceSpan
from pytest_tavus.trace.events import PalSaid
from pytest_tavus.trace.facts import Decider, Deciders, foremost
from pytest_tavus.trace.log import Entry, Trace
from pytest_tavus.trace.redaction.mask import compared
from pytest_tavus.verdict.checks.schemas import Schemas
from pytest_tavus.verdict.seen import Call, Seen, SeenTurn
from pytest_tavus.verdict.verdict import Finding


class Checked(NamedTuple):
    """What one check came to."""

    findings: Sequence[Finding] = ()
    facts: Sequence[Decider | None] = ()
    "Who decided each fact that it held against an expectation: one for each piece of evidence."


NOTHING_TO_CHECK = Checked()


class CheckRules(Struct, frozen=True, kw_only=True):
    """What holds for every scenario of a run."""

    behaviour: Behaviour
    schemas: Schemas
    show: Callable[[Any], Any]
    """Masks the secrets in a text or in JSON data. Whatever is quoted, cut or joined to be read by
    a person goes through it first: what is cut no longer looks like the secret that it is of."""


class Case(Struct, frozen=True):
    """One scenario and its trace."""

    scenario: Scenario
    trace: Trace
    seen: Seen
    rules: CheckRules
    scope: Mapping[str, Any]
    "What placeholders can read beside ``saved``."

    tools: Mapping[str, Tool]
    deciders: Deciders
    "Who decides each fact of the conversation."

    def expected(self, value: Any, *, turn: int) -> Any:
        """Return a value of the scenario with its placeholders filled, in clear.

        Raises:
            MissingValue: a placeholder in it has no value.

        """
        if asks(value):
            return render(value, self._scope(turn))
        return value

    def expected_of(self, value: Any, call: Call) -> Any:
        """Return a value as :meth:`expected`, with what was saved before a call was answered.

        Raises:
            MissingValue: a placeholder in it had no value then.

        """
        entry = call.resolved_entry or call.entry
        return render(value, {**self.scope, "saved": self.seen.kept_before(entry)})

    def show(self, value: Any) -> Any:
        """Return a text or JSON data as it may be seen outside, to be formatted."""
        return self.rules.show(value)

    def compared(self, text: str) -> str:
        """Return a text of the trace to be compared.

        Raises:
            UnknownValueError: part of it was masked before the trace was stored.

        """
        return compared(text, masked=self.trace.masked)

    def sought(self, value: Any, *, turn: int) -> Any:
        """Return a text to look for, as :meth:`expected`: an empty one would be found anywhere.

        Raises:
            MissingValue: a placeholder in it has no value, or an empty one.

        """
        if asks(value):
            refuse_empty(value, self._scope(turn))
        return self.expected(value, turn=turn)

    def _scope(self, turn: int) -> Mapping[str, Any]:
        return {**self.scope, "saved": self.seen.kept(turn)}

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

    @property
    def deciders(self) -> Deciders:
        """Who decides each fact of the conversation."""
        return self.case.deciders

    def spoken_by(self, said: Sequence[tuple[Entry, PalSaid]]) -> Decider | None:
        """Return who decided some of the utterances: the handler, where any is filled from it."""
        row = self.case.deciders
        filled = [event.filled_by for _, event in said if event.filled_by is not None]
        if len(filled) > 1:
            return foremost(map(row.said, filled), row.speech)
        return row.said(filled[0]) if filled else row.speech

    def where(self, at: Loc) -> SourceSpan:
        """Return where a part of the scenario stands."""
        return self.case.scenario.where(at)

    def is_unchecked(self, rule: UncheckedRule) -> bool:
        """Tell whether the turn or the scenario has switched a rule off."""
        return rule in self.turn.unchecked or rule in self.case.scenario.unchecked

    def expected(self, value: Any) -> Any:
        """Return a value of the scenario with its placeholders filled, in clear.

        Raises:
            MissingValue: a placeholder in it has no value.

        """
        return self.case.expected(value, turn=self.number)

    def show(self, value: Any) -> Any:
        """Return a text or JSON data as it may be seen outside, to be formatted."""
        return self.case.rules.show(value)

    def sought(self, value: Any) -> Any:
        """Return a text to look for, as :meth:`expected`.

        Raises:
            MissingValue: a placeholder in it has no value, or an empty one.

        """
        return self.case.sought(value, turn=self.number)


C_contra = TypeVar("C_contra", contravariant=True)


class Check(Protocol[C_contra]):
    """A check of a turn or a conversation: one class is one keyword, or one rule always held."""

    def check(self, about: C_contra, /) -> Checked:
        """Hold what was written against what was seen."""
        ...


TurnCheck = Check[TurnCase]
ScenarioCheck = Check[Case]


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
