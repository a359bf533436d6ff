"""The names of the objectives, guardrails and tools of a PAL, and the lines of their rules."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_tavus.scenario.values.model import GuardrailRule, ObjectiveRule, Scenario
from pytest_tavus.spans import SourceSpan


def objective_names(scenario: Scenario) -> tuple[str, ...]:
    """Return the PAL's objectives in order; if the PAL file lists none, those with a rule.

    A PAL can have its objectives attached by id, so that only the rules name them.
    """
    listed = () if scenario.pal.objectives is None else scenario.pal.objectives.data
    return _choose_names((one.objective_name for one in listed), scenario.judge_rules.objectives)


def guardrail_names(scenario: Scenario) -> tuple[str, ...]:
    """Return the PAL's guardrails in order; if the PAL file lists none, those with a rule."""
    listed = (one.guardrail_name for one in scenario.pal.guardrails)
    return _choose_names(listed, scenario.judge_rules.guardrails)


def tool_names(scenario: Scenario) -> tuple[str, ...]:
    return tuple(tool.name for tool in scenario.pal.tools)


def rule_span(scenario: Scenario, rule: ObjectiveRule | GuardrailRule) -> SourceSpan:
    """Locate a rule in the PAL's file or in the scenario's."""
    of_pal = (*scenario.pal_at, "judge_rules")
    if scenario.pal.judge_rules is not None and rule.at[: len(of_pal)] == of_pal:
        return scenario.pal_source.span(rule.at)
    return scenario.where(rule.at)


def _choose_names(listed: Iterable[str], ruled: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(listed)) or tuple(ruled)
