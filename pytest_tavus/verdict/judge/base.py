"""The protocol of a judge, which reads one conversation and returns a verdict.

A judge reads a scenario and a trace, opens no file, and calls no tool of the user's. The error of a
judge is a ruling, and so is an empty verdict, so that no failure disappears.
"""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from pytest_tavus.contract.verdict import TavusVerdict
from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.trace.log import Trace
from pytest_tavus.verdict.verdict import Ruling

JUDGEMENT = "judgement"
"""The subject of a ruling on the judge itself."""


class Question(Struct, frozen=True, kw_only=True):
    """One conversation for a judge."""

    scenario: Scenario
    trace: Trace


class Judgement(Struct, frozen=True, kw_only=True):
    """A judge's answer."""

    verdict: TavusVerdict
    rulings: tuple[Ruling, ...] = ()
    """Adds to parts of the verdict what Tavus's shape cannot hold: that a part is unsure, and the
    trace entries of the evidence. `pass` is satisfied, held, invoked, or an overall pass."""

    def ruling(self, subject: str) -> Ruling | None:
        """Return the ruling on one subject, such as ``objective collect_email``."""
        return next((ruling for ruling in self.rulings if ruling.subject == subject), None)


class Judge(Protocol):
    """Answers questions. ``tests/verdict/judge/test_contract.py`` runs over every judge."""

    @property
    def name(self) -> str:
        """Name and version: ``rules/1``. A new version may judge differently."""
        ...

    async def rule(self, question: Question) -> Judgement:
        """Judge one conversation. :func:`ask` turns an exception into an errored ruling."""
        ...


async def ask(judge: Judge, question: Question) -> Judgement:
    """Ask a judge. An exception, or an empty verdict, becomes an errored ruling."""
    try:
        judgement = await judge.rule(question)
    except Exception as error:  # noqa: BLE001 - a judge's failure is evidence of nothing
        reason = f"the judge raised {type(error).__name__}: {error}"
        return Judgement(verdict=TavusVerdict(), rulings=(_build_error(judge, reason),))
    verdict = judgement.verdict
    if judgement.rulings or verdict.objectives or verdict.guardrails or verdict.tools:
        return judgement
    reason = "the judge ruled on nothing, which proves nothing"
    return Judgement(verdict=verdict, rulings=(_build_error(judge, reason),))


def _build_error(judge: Judge, reason: str) -> Ruling:
    return Ruling(subject=JUDGEMENT, outcome="error", reason=reason, judge=judge.name)
