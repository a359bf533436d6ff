"""Expected verdicts of the judge, the rules of the judge, and pytest marks.

Each class describes a part of the language and is its run-time value.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import field

from pytest_tavus.contract.annotations import BLANK, Before, Short, Written
from pytest_tavus.contract.refusal import refuse
from pytest_tavus.scenario.text.plain import mapping
from pytest_tavus.scenario.values.checks import word_test
from pytest_tavus.scenario.values.forms import FILLED_TEXT, Names, OneOrMany, Part, Text
from pytest_tavus.spans import Loc


class ObjectiveRule(Part, frozen=True, kw_only=True):
    """When an objective is satisfied. Every part that is given must hold."""

    part = "the rule of an objective"

    at: Loc
    called: Annotated[Names, "Tools that must have been called, and have succeeded."] = ()
    said: Annotated[Names, "Texts the PAL must have said."] = ()
    collected: Annotated[
        Names, "Output variables that must have been an argument of some call."
    ] = ()
    "An empty argument and `NOTFOUND` do not count."

    @classmethod
    def check(cls, given: dict[str, Any]) -> None:
        """Refuse a rule that asks for nothing."""
        if not given:
            refuse("the rule of an objective is empty", hint="write called, said or collected")


class GuardrailRule(Part, frozen=True, kw_only=True):
    """When a guardrail is broken. Any part that is seen breaks it."""

    part = "the rule of a guardrail"

    at: Loc
    never_said: Annotated[Names, "Texts the PAL must not say."] = ()
    never_called: Annotated[Names, "Tools that must not be called."] = ()

    @classmethod
    def check(cls, given: dict[str, Any]) -> None:
        """Refuse a rule that asks for nothing."""
        if not given:
            refuse("the rule of a guardrail is empty", hint="write never_said or never_called")


class JudgeRules(Part, frozen=True, kw_only=True):
    """Rules of the judge, by the name of the objective or guardrail."""

    part = "the rules of the judge"

    objectives: Annotated[
        Mapping[str, ObjectiveRule], BLANK, "When each objective is satisfied."
    ] = field(default_factory=dict[str, ObjectiveRule])
    guardrails: Annotated[Mapping[str, GuardrailRule], BLANK, "When each guardrail is broken."] = (
        field(default_factory=dict[str, GuardrailRule])
    )


class JudgeExpectation(Part, frozen=True, kw_only=True):
    """What the verdict of the judge pass must be."""

    part = "judge"

    at: Loc
    overall: Annotated[Literal["pass", "partial", "fail"] | None, "The whole verdict."] = None
    objectives: Annotated[
        Mapping[str, bool],
        BLANK,
        Written(dict[str, Literal["satisfied", "unsatisfied"]]),
        word_test("satisfied"),
        "Single objectives, by name.",
    ] = field(default_factory=dict[str, bool])
    guardrails: Annotated[
        Mapping[str, bool],
        BLANK,
        Written(dict[str, Literal["held", "broken"]]),
        word_test("held"),
        "Single guardrails, by name.",
    ] = field(default_factory=dict[str, bool])
    tools: Annotated[
        Mapping[str, bool],
        BLANK,
        Written(dict[str, Literal["invoked", "not_invoked"]]),
        word_test("invoked"),
        "Single tools, by name.",
    ] = field(default_factory=dict[str, bool])
    knowledge_base: Annotated[
        bool | None,
        BLANK,
        Written(Literal["used", "unused"]),
        word_test("used"),
        "Whether the knowledge base was used.",
    ] = None
    rules: Annotated[
        JudgeRules | None, "Rules of this scenario; they win over those of the PAL file."
    ] = None

    @classmethod
    def check(cls, given: dict[str, Any]) -> None:
        """Refuse a judge without an expectation."""
        # Rules alone expect no verdict.
        asked = [value for key, value in given.items() if key != "rules"]
        if all(value is None or value == {} for value in asked):
            refuse("judge asks for nothing", hint="write judge: {overall: pass}")


class Mark(Part, frozen=True, kw_only=True):
    """A mark: its name, or `{skip: reason}`, or `{xfail: reason}`."""

    part = "a mark"

    name: Annotated[Text, "The mark's name."]
    reason: Annotated[Text | None, "Why; needed for skip and xfail."] = None


def _expand_mark(value: object) -> object:
    if isinstance(value, str):
        if value in {"skip", "xfail"}:
            refuse(f"{value} needs a reason", hint=f"write {value}: <why>")
        return _mark_entry(value, None)
    entry = mapping(value)
    if entry is None or len(entry) != 1:
        return refuse("a mark is a name, or one of skip and xfail with a reason")
    ((name, reason),) = entry.items()
    if name not in {"skip", "xfail"}:
        refuse(f"only skip and xfail take a reason, not {name!r}", hint=f"write - {name}")
    if not isinstance(reason, str) or not reason.strip():
        refuse(f"{name} needs a reason", hint=f"write {name}: <why>")
    return _mark_entry(name, reason)


def _mark_entry(name: str, reason: str | None) -> dict[str, Any]:
    if not name.isidentifier():
        refuse(f"{name!r} cannot be the name of a pytest mark", hint="use letters, digits and _")
    return {"name": name} if reason is None else {"name": name, "reason": reason}


def _expand_mapping(value: object) -> object:
    """Convert a mapping such as `{skip: reason}` to a list of marks."""
    entry = mapping(value)
    return [{key: item} for key, item in entry.items()] if entry else value


Marks = Annotated[
    OneOrMany[
        Annotated[Mark, Before(_expand_mark), Short(FILLED_TEXT), Short({"x-short": "ShortMark"})]
    ],
    Before(_expand_mapping),
]
