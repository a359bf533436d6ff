"""What a scenario asserts on the judge pass, and the rules to judge by, as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from pytest_tavus.spans import Loc


class ObjectiveRule(Struct, frozen=True, kw_only=True):
    """When the rules judge holds an objective to be satisfied. Every part given must hold."""

    at: Loc
    called: tuple[str, ...] = ()
    "Tools that must have been called and must have succeeded."

    said: tuple[str, ...] = ()
    "Texts the PAL must have said."

    collected: tuple[str, ...] = ()
    "Output variables: each must be an argument of some call, not empty and not `NOTFOUND`."


class GuardrailRule(Struct, frozen=True, kw_only=True):
    """When the rules judge holds a guardrail to be broken. Any part that is seen breaks it."""

    at: Loc
    never_said: tuple[str, ...] = ()
    never_called: tuple[str, ...] = ()


class JudgeRules(Struct, frozen=True, kw_only=True):
    """Declared rules, by the name of the objective or guardrail."""

    objectives: Mapping[str, ObjectiveRule] = field(default_factory=dict[str, ObjectiveRule])
    guardrails: Mapping[str, GuardrailRule] = field(default_factory=dict[str, GuardrailRule])


class JudgeExpectation(Struct, frozen=True, kw_only=True):
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
