"""What a scenario asserts on the judge pass, and the rules to judge by, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pytest_tavus.spans import Loc


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveRule:
    """When the rules judge holds an objective to be satisfied. Every part given must hold."""

    at: Loc
    called: tuple[str, ...] = ()
    "Tools that must have been called and must have succeeded."

    said: tuple[str, ...] = ()
    "Texts the PAL must have said."

    collected: tuple[str, ...] = ()
    "Output variables: each must be an argument of some call, not empty and not `NOTFOUND`."


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardrailRule:
    """When the rules judge holds a guardrail to be broken. Any part that is seen breaks it."""

    at: Loc
    never_said: tuple[str, ...] = ()
    never_called: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeRules:
    """Declared rules, by the name of the objective or guardrail."""

    objectives: Mapping[str, ObjectiveRule] = field(default_factory=dict[str, ObjectiveRule])
    guardrails: Mapping[str, GuardrailRule] = field(default_factory=dict[str, GuardrailRule])


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeExpectation:
    """What a scenario asserts on the verdict of the judge pass."""

    at: Loc
    overall: Literal["pass", "partial", "fail"] | None = None
    objectives: Mapping[str, bool] = field(default_factory=dict[str, bool])
    "Name to satisfied (written `satisfied`) or not (`unsatisfied`)."

    guardrails: Mapping[str, bool] = field(default_factory=dict[str, bool])
    "Name to held (`held`) or not (`broken`)."

    tools: Mapping[str, bool] = field(default_factory=dict[str, bool])
    "Name to invoked (`invoked`) or not (`not_invoked`)."

    knowledge_base: bool | None = None
    "Used (`used`) or not (`unused`)."
