"""Turns the `judge` block of a scenario into a verdict of Tavus's judge. Pure.

The shape is [client] (contract/verdict.py). The choice of the scenario, and the verdict on an
objective that its block does not mention, are this project's own rules.
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
    """The names of the PAL's objectives, guardrails and tools."""

    objectives: tuple[str, ...] = ()
    guardrails: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()


def find_judging_scenario(
    scenarios: Iterable[Scenario], lines: Sequence[str]
) -> tuple[Scenario, JudgeExpectation] | None:
    """Return the scenario, and its `judge`, that decides on a transcript with these caller's lines.

    The first scenario with exactly these lines; else the first with a `judge`.
    """
    judging = [(each, each.judge) for each in scenarios if each.judge is not None]
    exact = [each for each in judging if [turn.user for turn in each[0].turns] == list(lines)]
    return next(iter([*exact, *judging]), None)


def build_scripted_verdict(
    judge: JudgeExpectation, scope: JudgeScope, *, scenario: str
) -> TavusVerdict:
    """Return the verdict that agrees with every entry of a `judge` block.

    A part of the PAL that the block does not mention passes if the overall verdict is `pass`. A
    knowledge base that the block does not mention was not used.
    """
    overall = judge.overall or _overall(judge)
    stated = f"The scenario {scenario!r} says so."
    unstated = f"The scenario {scenario!r} does not say."
    passed = overall == "pass"

    def parts(
        names: tuple[str, ...], asserted: Mapping[str, bool]
    ) -> Iterator[tuple[str, bool, str]]:
        for name in dict.fromkeys((*names, *asserted)):
            yield name, asserted.get(name, passed), stated if name in asserted else unstated

    return TavusVerdict(
        objectives=tuple(
            ObjectiveVerdict(name=name, satisfied=good, evidence=why)
            for name, good, why in parts(scope.objectives, judge.objectives)
        ),
        guardrails=tuple(
            GuardrailVerdict(name=name, held=good, evidence=why)
            for name, good, why in parts(scope.guardrails, judge.guardrails)
        ),
        tools=tuple(
            ToolVerdict(name=name, invoked=good, evidence=why)
            for name, good, why in parts(scope.tools, judge.tools)
        ),
        knowledge_base=KnowledgeVerdict(
            used=bool(judge.knowledge_base),
            evidence=unstated if judge.knowledge_base is None else stated,
        ),
        overall=overall,
        summary=f"The verdict of the scenario {scenario!r}.",
    )


def build_unscripted_verdict() -> TavusVerdict:
    """Return the verdict if no scenario has a `judge`."""
    unknown = KnowledgeVerdict(used=False, evidence=UNSCRIPTED)
    return TavusVerdict(overall="partial", knowledge_base=unknown, summary=UNSCRIPTED)


def _overall(judge: JudgeExpectation) -> Overall:
    parts = (*judge.objectives.values(), *judge.guardrails.values(), *judge.tools.values())
    return "pass" if all(parts) and judge.knowledge_base is not False else "partial"
