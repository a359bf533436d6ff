"""The models of what a judge must find, and of the rules it judges by."""

from typing import Literal, Self

from pydantic import Field, model_validator

from pytest_tavus.scenario.language.build import build_word_test
from pytest_tavus.scenario.language.shapes import BuildSpec, Names, Part, refuse
from pytest_tavus.scenario.values.model import (
    GuardrailRule,
    JudgeExpectation,
    JudgeRules,
    ObjectiveRule,
)


class ObjectiveRuleDocument(Part):
    """When an objective is satisfied. Every part that is given must hold."""

    part = "the rule of an objective"
    builds = BuildSpec(ObjectiveRule)

    called: Names | None = Field(
        default=None, description="Tools that must have been called, and have succeeded."
    )
    said: Names | None = Field(default=None, description="Texts the PAL must have said.")
    collected: Names | None = Field(
        default=None, description="Output variables that must have been an argument of some call."
    )

    @model_validator(mode="after")
    def _check_not_empty(self) -> Self:
        if not self.model_fields_set:
            refuse("the rule of an objective is empty", hint="write called, said or collected")
        return self


class GuardrailRuleDocument(Part):
    """When a guardrail is broken. Any part that is seen breaks it."""

    part = "the rule of a guardrail"
    builds = BuildSpec(GuardrailRule)

    never_said: Names | None = Field(default=None, description="Texts the PAL must not say.")
    never_called: Names | None = Field(default=None, description="Tools that must not be called.")

    @model_validator(mode="after")
    def _check_not_empty(self) -> Self:
        if not self.model_fields_set:
            refuse("the rule of a guardrail is empty", hint="write never_said or never_called")
        return self


class JudgeRulesDocument(Part):
    """Rules of the judge, by the name of the objective or guardrail."""

    part = "the rules of the judge"
    builds = BuildSpec(JudgeRules)
    part_mappings = frozenset({"objectives", "guardrails"})

    objectives: dict[str, ObjectiveRuleDocument] | None = Field(
        default=None, description="When each objective is satisfied."
    )
    guardrails: dict[str, GuardrailRuleDocument] | None = Field(
        default=None, description="When each guardrail is broken."
    )


class JudgeDocument(Part):
    """What the verdict of the judge pass must be."""

    part = "judge"
    builds = BuildSpec(
        JudgeExpectation,
        apart=frozenset({"rules"}),
        objectives=build_word_test("satisfied"),
        guardrails=build_word_test("held"),
        tools=build_word_test("invoked"),
        knowledge_base=build_word_test("used"),
    )

    overall: Literal["pass", "partial", "fail"] | None = Field(
        default=None, description="The whole verdict."
    )
    objectives: dict[str, Literal["satisfied", "unsatisfied"]] | None = Field(
        default=None, description="Single objectives, by name."
    )
    guardrails: dict[str, Literal["held", "broken"]] | None = Field(
        default=None, description="Single guardrails, by name."
    )
    tools: dict[str, Literal["invoked", "not_invoked"]] | None = Field(
        default=None, description="Single tools, by name."
    )
    knowledge_base: Literal["used", "unused"] | None = Field(
        default=None, description="Whether the knowledge base was used."
    )
    rules: JudgeRulesDocument | None = Field(
        default=None, description="Rules of this scenario; they win over those of the PAL file."
    )

    @model_validator(mode="after")
    def _check_not_empty(self) -> Self:
        asserted = self.model_fields_set - {"rules"}
        if not any(getattr(self, key) for key in asserted):
            refuse("judge asks for nothing", hint="write judge: {overall: pass}")
        return self
