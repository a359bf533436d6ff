"""The read-only input of a check: a scenario, its observed trace, and the rules of the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar

from msgspec import Struct

from pytest_tavus.contract.behaviour import Behaviour
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.scenario.values.model import Scenario, Turn, UncheckedRule
from pytest_tavus.scenario.values.templates import has_placeholders, refuse_empty, render
from pytest_tavus.spans import Loc, SourceSpan
from pytest_tavus.trace.events import PalSaid
from pytest_tavus.trace.facts import Decider, Deciders, choose_decider
from pytest_tavus.trace.log import Entry, Trace
from pytest_tavus.trace.redaction.mask import comparable_text
from pytest_tavus.verdict.call import Call, Show
from pytest_tavus.verdict.checks.schemas import Schemas
from pytest_tavus.verdict.observed import ObservedTrace, ObservedTurn
from pytest_tavus.verdict.verdict import Finding


class CheckResult(NamedTuple):
    """The findings of one check, and its evidence."""

    findings: Sequence[Finding] = ()
    facts: Sequence[Decider | None] = ()
    "The decider of each compared fact: one item for each piece of evidence."


NOTHING_TO_CHECK = CheckResult()


class CheckRules(Struct, frozen=True, kw_only=True):
    """The rules that are the same for every scenario of a run."""

    behaviour: Behaviour
    schemas: Schemas
    show: Show


class Case(Struct, frozen=True):
    """One scenario and its trace."""

    scenario: Scenario
    trace: Trace
    observed: ObservedTrace
    rules: CheckRules
    scope: Mapping[str, object]
    "The roots of placeholders beside ``saved``."

    tools: Mapping[str, Tool]
    deciders: Deciders

    def fill(self, value: object, *, turn: int) -> object:
        """Fill the placeholders in a value of the scenario, in clear.

        Raises:
            MissingValue: a placeholder has no value.

        """
        if has_placeholders(value):
            return render(value, self._scope(turn))
        return value

    def fill_for_call(self, value: object, call: Call) -> object:
        """Fill the placeholders with the values that were saved before the answer of a call.

        Raises:
            MissingValue: a placeholder had no value at that time.

        """
        entry = call.resolved_entry or call.entry
        return render(value, {**self.scope, "saved": self.observed.collect_saved_before(entry)})

    @property
    def show(self) -> Show:
        return self.rules.show

    def comparable_text(self, text: str) -> str:
        """Return a text of the trace for a comparison.

        Raises:
            UnknownValueError: a part of the text was masked before the trace was stored.

        """
        return comparable_text(text, masked=self.trace.masked)

    def fill_nonempty(self, value: object, *, turn: int) -> object:
        """Fill the placeholders of a text to search for; every text contains an empty text.

        Raises:
            MissingValue: a placeholder has no value, or an empty value.

        """
        if has_placeholders(value):
            refuse_empty(value, self._scope(turn))
        return self.fill(value, turn=turn)

    def _scope(self, turn: int) -> Mapping[str, object]:
        return {**self.scope, "saved": self.observed.collect_saved(turn)}

    def tool_span(self, tool: Tool, *keys: str) -> SourceSpan:
        """Locate a tool, or a value in the tool, in the PAL's definition."""
        index = self.scenario.pal.tools.index(tool)
        return self.scenario.pal_source.span((*self.scenario.pal_at, "tools", index, *keys))


class TurnCase(Struct, frozen=True):
    """One turn of a case."""

    case: Case
    number: int
    turn: Turn
    observed: ObservedTurn
    calls: Sequence[Call]
    said: Sequence[tuple[Entry, PalSaid]]

    @property
    def played(self) -> bool:
        """Whether the caller said the line of the turn."""
        return self.observed.user_entry is not None

    @property
    def deciders(self) -> Deciders:
        return self.case.deciders

    def speech_decider(self, said: Sequence[tuple[Entry, PalSaid]]) -> Decider | None:
        """Return the decider of utterances: the handler, if any is filled from its answer."""
        row = self.case.deciders
        filled = [event.filled_by for _, event in said if event.filled_by is not None]
        if len(filled) > 1:
            return choose_decider(map(row.speech_decider, filled), row.speech)
        return row.speech_decider(filled[0]) if filled else row.speech

    def where(self, at: Loc) -> SourceSpan:
        return self.case.scenario.where(at)

    def is_unchecked(self, rule: UncheckedRule) -> bool:
        """Tell whether the turn or the scenario has switched a rule off."""
        return rule in self.turn.unchecked or rule in self.case.scenario.unchecked

    def fill(self, value: object) -> object:
        """Fill the placeholders in a value of the scenario, in clear.

        Raises:
            MissingValue: a placeholder has no value.

        """
        return self.case.fill(value, turn=self.number)

    @property
    def show(self) -> Show:
        return self.case.rules.show

    def fill_nonempty(self, value: object) -> object:
        """Fill the placeholders of a text to search for.

        Raises:
            MissingValue: a placeholder has no value, or an empty value.

        """
        return self.case.fill_nonempty(value, turn=self.number)


C_contra = TypeVar("C_contra", contravariant=True)


class Check(Protocol[C_contra]):
    """A check of a turn or a conversation. One class is one keyword, or one rule of every run."""

    def check(self, about: C_contra, /) -> CheckResult:
        """Compare the expectations with the trace."""
        ...


TurnCheck = Check[TurnCase]
ScenarioCheck = Check[Case]


def build_turn_case(case: Case, number: int, turn: Turn) -> TurnCase:
    """Cut one turn out of a case.

    In a turn with `quiet`, that check alone judges the events after the PAL had finished. In any
    other turn these events belong to the turn, so that no event escapes the checks.
    """
    observed = case.observed.turn(number)
    if turn.quiet is not None or not (observed.calls_after or observed.said_after):
        return TurnCase(case, number, turn, observed, observed.calls, observed.said)
    calls, said = observed.calls + observed.calls_after, observed.said + observed.said_after
    return TurnCase(case, number, turn, observed, calls, said)
