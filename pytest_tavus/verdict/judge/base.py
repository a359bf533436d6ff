"""What a judge is: something that is asked about one conversation and answers with a verdict.

A judge reads a scenario and a trace; it opens no file and calls no tool of the user's. A judge that
fails has not vanished: its error is a ruling, and a verdict about nothing is an error too.
"""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from pytest_tavus.contract.verdict import TavusVerdict
from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.trace.log import Trace
from pytest_tavus.verdict.verdict import Ruling, RulingOutcome

JUDGEMENT = "judgement"
"""The subject of a ruling on the judge itself."""


class Question(Struct, frozen=True, kw_only=True):
    """One conversation to be judged."""

    scenario: Scenario
    trace: Trace


class Judgement(Struct, frozen=True, kw_only=True):
    """A judge's answer."""

    verdict: TavusVerdict
    rulings: tuple[Ruling, ...] = ()
    """One for each part of the verdict that has more to say than the verdict can: what is unsure,
    and where in the trace the evidence is. `pass` is satisfied, held, invoked, or an overall
    pass."""

    def ruling(self, subject: str) -> Ruling | None:
        """Return the ruling on one subject, such as ``objective collect_email``."""
        return next((ruling for ruling in self.rulings if ruling.subject == subject), None)


class Judge(Protocol):
    """Answers questions. ``tests/verdict/judge/test_contract.py`` runs over every judge."""

    @property
    def name(self) -> str:
        """Name and version: ``rules/1``. A new version may judge otherwise."""
        ...

    async def rule(self, question: Question) -> Judgement:
        """Judge one conversation. Whatever it raises becomes an errored ruling."""
        ...


async def ask(judge: Judge, question: Question) -> Judgement:
    """Ask a judge, and turn what it raises, or a verdict about nothing, into an errored ruling."""
    try:
        judgement = await judge.rule(question)
    except Exception as error:  # noqa: BLE001 - a judge's failure is evidence of nothing
        reason = f"the judge raised {type(error).__name__}: {error}"
        return Judgement(
            verdict=TavusVerdict(), rulings=(_build_self_ruling(judge, "error", reason),)
        )
    if _is_about_nothing(judgement):
        reason = "the judge ruled on nothing, which proves nothing"
        return Judgement(
            verdict=judgement.verdict, rulings=(_build_self_ruling(judge, "error", reason),)
        )
    return judgement


def _build_self_ruling(judge: Judge, outcome: RulingOutcome, reason: str) -> Ruling:
    return Ruling(subject=JUDGEMENT, outcome=outcome, reason=reason, judge=judge.name)


def _is_about_nothing(judgement: Judgement) -> bool:
    verdict = judgement.verdict
    return not (judgement.rulings or verdict.objectives or verdict.guardrails or verdict.tools)
