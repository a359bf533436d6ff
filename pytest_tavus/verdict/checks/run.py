"""Runs every check on one scenario and its trace.

A new expectation keyword is one class with a `check` method and one line in a table below.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeVar

from msgspec import Struct

from pytest_tavus.contract.behaviour import Behaviour
from pytest_tavus.contract.tool.sent import ArgumentReader
from pytest_tavus.matching.masked import UnknownValueError
from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.trace.facts import Evidence, count_evidence
from pytest_tavus.trace.log import Trace
from pytest_tavus.verdict.call import Show, show_clear
from pytest_tavus.verdict.checks.around_calls import HeardAroundCalls
from pytest_tavus.verdict.checks.call_rules import (
    HandledCalls,
    NamedCalls,
    SavedByTurn,
    WellFormedCalls,
)
from pytest_tavus.verdict.checks.calls import ExpectedCalls
from pytest_tavus.verdict.checks.case import (
    NOTHING_TO_CHECK,
    Case,
    Check,
    CheckResult,
    CheckRules,
    ScenarioCheck,
    TurnCheck,
    build_turn_case,
)
from pytest_tavus.verdict.checks.never import NeverInScenario, NeverInTurn
from pytest_tavus.verdict.checks.room_events import Quiet, RoomEvents
from pytest_tavus.verdict.checks.run_through import EveryTurnPlayed, NoFaults
from pytest_tavus.verdict.checks.schemas import Schemas
from pytest_tavus.verdict.checks.speech import SaidWithin, Says
from pytest_tavus.verdict.checks.withheld import KnownAnswers
from pytest_tavus.verdict.observed import ObservedTrace, build_observed_trace
from pytest_tavus.verdict.verdict import Finding, Ruling

TURN_CHECKS: Final[tuple[TurnCheck, ...]] = (
    HandledCalls(),
    KnownAnswers(),
    ExpectedCalls(),
    NeverInTurn(),
    SavedByTurn(),
    Says(),
    SaidWithin(),
    HeardAroundCalls(),
    RoomEvents(),
    Quiet(),
)
"""The checks of each turn, causes before consequences: a failure shows the first finding first."""

CHECKS_BEFORE: Final[tuple[ScenarioCheck, ...]] = (NoFaults(), EveryTurnPlayed())
"""The checks of the whole conversation whose findings explain the others."""

CHECKS_AFTER: Final[tuple[ScenarioCheck, ...]] = (WellFormedCalls(), NeverInScenario())
"""The checks of every call of the conversation."""

MASKED = "masked value"
"""The subject of a ruling on a check that would have to compare a masked value."""

C = TypeVar("C")

_NOTHING: Mapping[str, object] = MappingProxyType({})


class CheckReport(Struct, frozen=True, kw_only=True):
    """The findings and the evidence of all checks."""

    findings: tuple[Finding, ...]
    "By turn, then in the order in which a person should read them."

    evidence: Evidence
    "The number of compared facts by decider."

    undecided: tuple[Ruling, ...] = ()
    "The checks that needed a value which was masked before the trace was stored."

    observed: ObservedTrace | None = None
    "The sorted trace, so that a judge does not sort it again."

    def merge(self, other: CheckReport) -> CheckReport:
        """Append the findings and the evidence of another report."""
        return CheckReport(
            findings=(*self.findings, *other.findings),
            evidence=self.evidence + other.evidence,
            undecided=(*self.undecided, *other.undecided),
            observed=self.observed,
        )


class Checker:
    """The checks of a run. Keeps the validators of schemas, and no state of a scenario."""

    def __init__(self, *, read: ArgumentReader, behaviour: Behaviour | None = None) -> None:
        """`read` reads the arguments of calls from their requests."""
        self._read = read
        self._behaviour = Behaviour() if behaviour is None else behaviour
        self._schemas = Schemas()

    def check(
        self,
        scenario: Scenario,
        trace: Trace,
        *,
        show: Show | None = None,
        scope: Mapping[str, object] = _NOTHING,
    ) -> CheckReport:
        """Run every check on a trace.

        `show` masks the values in findings. `scope` has the roots of placeholders beside
        ``saved``: ``env``.
        """
        rules = CheckRules(
            behaviour=self._behaviour,
            schemas=self._schemas,
            show=show_clear if show is None else show,
        )
        tools = {tool.name: tool for tool in scenario.pal.tools}
        return _run_checks(
            Case(
                scenario,
                trace,
                build_observed_trace(trace, tools, self._read),
                rules,
                scope,
                tools,
                trace.deciders(),
            )
        )


def _run_checks(case: Case) -> CheckReport:
    open_: list[Ruling] = []
    results = _check_masked(case, open_) if case.trace.masked else _check_clear(case)
    findings = [finding for result in results for finding in result.findings]
    findings.sort(key=lambda finding: finding.turn)
    evidence = count_evidence([fact for result in results for fact in result.facts])
    return CheckReport(
        findings=tuple(findings), evidence=evidence, undecided=tuple(open_), observed=case.observed
    )


def _check_clear(case: Case) -> list[CheckResult]:
    results = [check.check(case) for check in CHECKS_BEFORE]
    for number, turn in enumerate(case.scenario.turns, start=1):
        one = build_turn_case(case, number, turn)
        results += [check.check(one) for check in TURN_CHECKS]
    return results + [check.check(case) for check in CHECKS_AFTER]


def _check_masked(case: Case, open_: list[Ruling]) -> list[CheckResult]:
    """Run the checks on a masked trace, and add a ruling to `open_` for each undecidable check."""
    _ask(NamedCalls(), case, open_)
    if open_:  # a call with a masked name could be any call that seems to be missing
        return []
    results = [_ask(check, case, open_) for check in CHECKS_BEFORE]
    for number, turn in enumerate(case.scenario.turns, start=1):
        one = build_turn_case(case, number, turn)
        results += [_ask(check, one, open_) for check in TURN_CHECKS]
    return results + [_ask(check, case, open_) for check in CHECKS_AFTER]


def _ask(check: Check[C], about: C, open_: list[Ruling]) -> CheckResult:
    try:
        return check.check(about)
    except UnknownValueError as error:
        hint = "play the scenario again: what is seen then is compared in clear"
        open_.append(
            Ruling(subject=MASKED, outcome="unsure", reason=str(error), judge="checks", hint=hint)
        )
        return NOTHING_TO_CHECK
