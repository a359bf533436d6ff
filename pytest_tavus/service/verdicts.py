"""From what a scenario says a judge must find to the verdict that Tavus's judge would send. Pure.

The shape is [client] (contract/verdict.py). Which scenario speaks for a transcript, and what
becomes of an objective that it does not mention, is this project's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pytest_tavus.contract.verdict import (
    GuardrailVerdict,
    KnowledgeVerdict,
    ObjectiveVerdict,
    Overall,
    TavusVerdict,
    ToolVerdict,
)
from pytest_tavus.scenario.model import JudgeExpectation, Scenario

UNSCRIPTED = "No verdict is scripted for this PAL: no loaded scenario of it has a judge block."


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What is judged: the names of the PAL's objectives, guardrails and tools."""

    objectives: tuple[str, ...] = ()
    guardrails: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()


def speaking_for(
    scenarios: Iterable[Scenario], said: Sequence[str]
) -> tuple[Scenario, JudgeExpectation] | None:
    """Return the scenario whose `judge` decides on a transcript with these lines of the caller.

    The first in which the caller says just that; else the first that has a `judge` at all.
    """
    judging = [(one, one.judge) for one in scenarios if one.judge is not None]
    exact = [each for each in judging if [turn.user for turn in each[0].turns] == list(said)]
    return next(iter([*exact, *judging]), None)


def scripted_verdict(judge: JudgeExpectation, judged: Judged, *, evidence: str) -> TavusVerdict:
    """Return the verdict that bears out a `judge` block to the letter.

    An objective or guardrail of the PAL that the block does not mention goes with the overall word:
    well where that is `pass`, else not. A tool that it does not mention was called where it is
    `pass`.
    """
    overall = judge.overall or _overall(judge)
    well = overall == "pass"
    objectives = dict.fromkeys(judged.objectives, well) | dict(judge.objectives)
    guardrails = dict.fromkeys(judged.guardrails, well) | dict(judge.guardrails)
    tools = dict.fromkeys(judged.tools, well) | dict(judge.tools)
    return TavusVerdict(
        objectives=tuple(
            ObjectiveVerdict(name=name, satisfied=good, evidence=evidence)
            for name, good in objectives.items()
        ),
        guardrails=tuple(
            GuardrailVerdict(name=name, held=good, evidence=evidence)
            for name, good in guardrails.items()
        ),
        tools=tuple(
            ToolVerdict(name=name, invoked=good, evidence=evidence) for name, good in tools.items()
        ),
        knowledge_base=KnowledgeVerdict(used=bool(judge.knowledge_base), evidence=evidence),
        overall=overall,
        summary=evidence,
    )


def unscripted_verdict() -> TavusVerdict:
    """Return the verdict where no scenario has one."""
    return TavusVerdict(overall="partial", summary=UNSCRIPTED)


def _overall(judge: JudgeExpectation) -> Overall:
    parts = (*judge.objectives.values(), *judge.guardrails.values(), *judge.tools.values())
    return "pass" if all(parts) and judge.knowledge_base is not False else "partial"
