"""What a check is given: a scenario, what was seen of it, and the rules that hold. Read only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

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
from pytest_tavus.verdict.checks.schemas import Schemas
from pytest_tavus.verdict.seen import Call, ObservedTrace, ObservedTurn
from pytest_tavus.verdict.verdict import Finding


class CheckResult(NamedTuple):
    """What one check came to."""

    findings: Sequence[Finding] = ()
    facts: Sequence[Decider | None] = ()
    "Who decided each fact that it held against an expectation: one for each piece of evidence."


NOTHING_TO_CHECK = CheckResult()


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
    observed: ObservedTrace
    rules: CheckRules
    scope: Mapping[str, Any]
    "What placeholders can read beside ``saved``."

    tools: Mapping[str, Tool]
    deciders: Deciders
    "Who decides each fact of the conversation."

    def fill(self, value: Any, *, turn: int) -> Any:
        """Return a value of the scenario with its placeholders filled, in clear.

        Raises:
            MissingValue: a placeholder in it has no value.

        """
        if has_placeholders(value):
            return render(value, self._scope(turn))
        return value

    def fill_for_call(self, value: Any, call: Call) -> Any:
        """Return a value as :meth:`fill`, with what was saved before a call was answered.

        Raises:
            MissingValue: a placeholder in it had no value then.

        """
        entry = call.resolved_entry or call.entry
        return render(value, {**self.scope, "saved": self.observed.collect_saved_before(entry)})

    def show(self, value: Any) -> Any:
        """Return a text or JSON data as it may be seen outside, to be formatted."""
        return self.rules.show(value)

    def comparable_text(self, text: str) -> str:
        """Return a text of the trace to be compared.

        Raises:
            UnknownValueError: part of it was masked before the trace was stored.

        """
        return comparable_text(text, masked=self.trace.masked)

    def fill_nonempty(self, value: Any, *, turn: int) -> Any:
        """Return a text to look for, as :meth:`fill`: an empty one would be found anywhere.

        Raises:
            MissingValue: a placeholder in it has no value, or an empty one.

        """
        if has_placeholders(value):
            refuse_empty(value, self._scope(turn))
        return self.fill(value, turn=turn)

    def _scope(self, turn: int) -> Mapping[str, Any]:
        return {**self.scope, "saved": self.observed.collect_saved(turn)}

    def tool_span(self, tool: Tool, *keys: str) -> SourceSpan:
        """Return where a tool, or a value in it, stands in the PAL's definition."""
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
        """Whether the caller's line was said at all."""
        return self.observed.user_entry is not None

    @property
    def deciders(self) -> Deciders:
        """Who decides each fact of the conversation."""
        return self.case.deciders

    def speech_decider(self, said: Sequence[tuple[Entry, PalSaid]]) -> Decider | None:
        """Return who decided some of the utterances: the handler, where any is filled from it."""
        row = self.case.deciders
        filled = [event.filled_by for _, event in said if event.filled_by is not None]
        if len(filled) > 1:
            return choose_decider(map(row.speech_decider, filled), row.speech)
        return row.speech_decider(filled[0]) if filled else row.speech

    def where(self, at: Loc) -> SourceSpan:
        """Return where a part of the scenario stands."""
        return self.case.scenario.where(at)

    def is_unchecked(self, rule: UncheckedRule) -> bool:
        """Tell whether the turn or the scenario has switched a rule off."""
        return rule in self.turn.unchecked or rule in self.case.scenario.unchecked

    def fill(self, value: Any) -> Any:
        """Return a value of the scenario with its placeholders filled, in clear.

        Raises:
            MissingValue: a placeholder in it has no value.

        """
        return self.case.fill(value, turn=self.number)

    def show(self, value: Any) -> Any:
        """Return a text or JSON data as it may be seen outside, to be formatted."""
        return self.case.rules.show(value)

    def fill_nonempty(self, value: Any) -> Any:
        """Return a text to look for, as :meth:`fill`.

        Raises:
            MissingValue: a placeholder in it has no value, or an empty one.

        """
        return self.case.fill_nonempty(value, turn=self.number)


C_contra = TypeVar("C_contra", contravariant=True)


class Check(Protocol[C_contra]):
    """A check of a turn or a conversation: one class is one keyword, or one rule always held."""

    def check(self, about: C_contra, /) -> CheckResult:
        """Hold what was written against what was seen."""
        ...


TurnCheck = Check[TurnCase]
ScenarioCheck = Check[Case]


def build_turn_case(case: Case, number: int, turn: Turn) -> TurnCase:
    """Cut one turn out of a case.

    What came after the PAL had finished is a matter of `quiet` where that is asked, and belongs
    to the turn where it is not: nothing that was seen is looked at by nobody.
    """
    seen = case.observed.turn(number)
    if turn.quiet is not None or not (seen.calls_after or seen.said_after):
        return TurnCase(case, number, turn, seen, seen.calls, seen.said)
    calls, said = seen.calls + seen.calls_after, seen.said + seen.said_after
    return TurnCase(case, number, turn, seen, calls, said)
