"""From what a scenario says a judge must find to the verdict that Tavus's judge would send. Pure.

The shape is [client] (contract/verdict.py). Which scenario speaks for a transcript, and what
becomes of an objective that it does not mention, is this project's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from pytest_tavus.contract.verdict import (
    GuardrailVerdict,
    KnowledgeVerdict,
    ObjectiveVerdict,
    Overall,
    TavusVerdict,
    ToolVerdict,
)
from pytest_tavus.scenario.values.model import JudgeExpectation, Scenario

UNSCRIPTED = "No verdict is scripted for this PAL: no loaded scenario of it has a judge block."


class JudgeScope(Struct, frozen=True, kw_only=True):
    """What is judged: the names of the PAL's objectives, guardrails and tools."""

    objectives: tuple[str, ...] = ()
    guardrails: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()


def find_judging_scenario(
    scenarios: Iterable[Scenario], said: Sequence[str]
) -> tuple[Scenario, JudgeExpectation] | None:
    """Return the scenario whose `judge` decides on a transcript with these lines of the caller.

    The first in which the caller says just that; else the first that has a `judge` at all.
    """
    judging = [(one, one.judge) for one in scenarios if one.judge is not None]
    exact = [each for each in judging if [turn.user for turn in each[0].turns] == list(said)]
    return next(iter([*exact, *judging]), None)


def build_scripted_verdict(
    judge: JudgeExpectation, judged: JudgeScope, *, scenario: str
) -> TavusVerdict:
    """Return the verdict that bears out a `judge` block to the letter.

    What the PAL has and the block does not mention goes with the overall word: well where that is
    `pass`, else not. A knowledge base that it does not mention was not used.
    """
    overall = judge.overall or _overall(judge)
    said, unsaid = f"The scenario {scenario!r} says so.", f"The scenario {scenario!r} does not say."
    well = overall == "pass"

    def parts(
        names: tuple[str, ...], asserted: Mapping[str, bool]
    ) -> Iterator[tuple[str, bool, str]]:
        for name in dict.fromkeys((*names, *asserted)):
            yield name, asserted.get(name, well), said if name in asserted else unsaid

    return TavusVerdict(
        objectives=tuple(
            ObjectiveVerdict(name=name, satisfied=good, evidence=why)
            for name, good, why in parts(judged.objectives, judge.objectives)
        ),
        guardrails=tuple(
            GuardrailVerdict(name=name, held=good, evidence=why)
            for name, good, why in parts(judged.guardrails, judge.guardrails)
        ),
        tools=tuple(
            ToolVerdict(name=name, invoked=good, evidence=why)
            for name, good, why in parts(judged.tools, judge.tools)
        ),
        knowledge_base=KnowledgeVerdict(
            used=bool(judge.knowledge_base),
            evidence=unsaid if judge.knowledge_base is None else said,
        ),
        overall=overall,
        summary=f"The verdict of the scenario {scenario!r}.",
    )


def build_unscripted_verdict() -> TavusVerdict:
    """Return the verdict where no scenario has one."""
    unknown = KnowledgeVerdict(used=False, evidence=UNSCRIPTED)
    return TavusVerdict(overall="partial", knowledge_base=unknown, summary=UNSCRIPTED)


def _overall(judge: JudgeExpectation) -> Overall:
    parts = (*judge.objectives.values(), *judge.guardrails.values(), *judge.tools.values())
    return "pass" if all(parts) and judge.knowledge_base is not False else "partial"
