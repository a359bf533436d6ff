"""The scenario language, as pydantic models: a file, a scenario, a turn and what they hold.

These models are the one source of the loader, of the JSON Schema for editors and of the reference
page. Field descriptions are written for users. The loader binds a file part by part; a file and a
scenario as one piece are in :mod:`~.whole`.
"""

from math import prod
from typing import Annotated, Any, Literal, Self

from msgspec import Struct
from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.scenario.language.answers import ClientAnswers, Handler
from pytest_tavus.scenario.language.build import (
    build_text_expectations,
    build_word_set,
    build_word_test,
    check_patterns,
    check_save,
    deduplicate_names,
)
from pytest_tavus.scenario.language.calls import Calls, build_call_group
from pytest_tavus.scenario.language.events import Events
from pytest_tavus.scenario.language.judging import JudgeDocument
from pytest_tavus.scenario.language.marks import Marks
from pytest_tavus.scenario.language.played import Never, PlayedCalls, build_waves
from pytest_tavus.scenario.language.shapes import (
    BuildSpec,
    Names,
    NonEmptyList,
    OneOrMany,
    Part,
    Seconds,
    Text,
    list_stands_for,
    refuse,
    short,
    text_stands_for,
    values_stand_for,
)
from pytest_tavus.scenario.text.limits import MOST_ROWS
from pytest_tavus.scenario.text.plain import is_dict
from pytest_tavus.scenario.values.turn_values import PlayedLater, Plays, SpeechExpectation, Turn

UncheckedRules = OneOrMany[Literal["on_call", "on_resolve", "argument_schema"]]
TextOrMatcher = Annotated[
    Any, WithJsonSchema({"anyOf": [{"type": "string"}, {"x-short": "Matcher"}]})
]
Extra = Literal["allowed", "refused"]
_is_allowed = build_word_test("allowed")
_TEXT = {"type": "string", "minLength": 1}


class SaysDocument(Part):
    """What must and must not be heard in a turn.

    Short: a text, a matcher, or a list of them, to contain.
    """

    part = "says"
    builds = BuildSpec(
        SpeechExpectation,
        contains=build_text_expectations,
        excludes=build_text_expectations,
        matches=check_patterns,
    )

    contains: OneOrMany[TextOrMatcher] | None = Field(
        default=None,
        description="Texts or matchers; each must be in what the PAL says. Case does not matter.",
    )
    excludes: OneOrMany[TextOrMatcher] | None = Field(
        default=None, alias="not", description="Texts or matchers that must not be heard."
    )
    equals: Text | None = Field(
        default=None, description="All that the PAL says in the turn, joined by one space."
    )
    matches: OneOrMany[Text] | None = Field(
        default=None, description="Regular expressions, searched for."
    )


class LaterDocument(Part):
    """A line that the simulated PAL says unasked, after its turn."""

    part = "later"
    builds = BuildSpec(PlayedLater)

    after: Seconds = Field(description="Time after the turn's last event.")
    says: Text = Field(description="The line.")


class PlaysDocument(Part):
    """What the simulated PAL does in a turn. Short: the text of its reply."""

    part = "plays"
    builds = BuildSpec(Plays, calls=build_waves)

    calls: PlayedCalls | None = Field(
        default=None,
        description="The calls it makes, one after the other; `parallel: [...]` for several at "
        "once; `none` for no call. Left out: the expected calls.",
    )
    before: Text | None = Field(
        default=None, description="Its own words beside the call; its filler, where it has one."
    )
    says: Text | None = Field(
        default=None,
        description="Its reply. `{order_id}` reads the calls' arguments, `{result.eta}` the last "
        "answer, `{results.<tool>.eta}` the answer of one tool.",
    )
    on_error: Text | None = Field(default=None, description="Its reply where a call failed.")
    later: LaterDocument | None = Field(default=None, description="A line that comes unasked.")


class TurnDocument(Part):
    """One line of the caller, and what must follow."""

    part = "a turn"
    builds = BuildSpec(
        Turn, calls=build_call_group, save=check_save, extra=_is_allowed, unchecked=build_word_set
    )

    user: Text = Field(description="What the caller says.")
    calls: Calls | None = Field(
        default=None,
        description="The calls that must be seen, in this order, and no others; `none` for no "
        "call, which is also what leaving it out means.",
    )
    says: Annotated[
        SaysDocument | None,
        BeforeValidator(values_stand_for("contains")),
        short(_TEXT),
        short({"type": "array", "minItems": 1}),
    ] = Field(default=None, description="What must be heard from the PAL.")
    plays: Annotated[
        PlaysDocument | None, BeforeValidator(text_stands_for("says")), short(_TEXT)
    ] = Field(default=None, description="What a simulated PAL says and calls.")
    events: Events | None = Field(default=None, description="Tavus events that must be seen.")
    within: Seconds | None = Field(
        default=None, description="Time from the caller's line to the PAL's last utterance."
    )
    quiet: Seconds | None = Field(
        default=None, description="Time after the turn in which the PAL must do nothing."
    )
    never: Never | None = Field(default=None, description="Calls that must not be seen.")
    extra: Extra | None = Field(
        default=None, description="`allowed`: other calls than the expected ones are accepted."
    )
    save: dict[str, Text] | None = Field(
        default=None, description="Values to keep, read from the turn's last call."
    )
    unchecked: UncheckedRules | None = Field(
        default=None, description="Rules that are not checked in this turn."
    )


def _check_pal(value: Any) -> Any:
    if not (isinstance(value, (str, Pal)) or is_dict(value)) or not value:
        refuse(
            "a pal is the path of a PAL file, or the definition itself",
            hint="write pal: pals/support.pal.yaml",
        )
    return value


class Common(Part):
    """What a scenario says for itself and a file says for all of its scenarios."""

    part = "a scenario"
    part_mappings = frozenset({"client"})
    builds = BuildSpec(Struct, lock=deduplicate_names, extra=_is_allowed, unchecked=build_word_set)

    pal: Annotated[Any, BeforeValidator(_check_pal)] = Field(
        default=None,
        json_schema_extra={"type": ["string", "object"]},
        description="Path of a `*.pal.yaml` file, from this file; or the PAL itself, in Tavus's "
        "own vocabulary.",
    )
    handler: Handler | None = Field(default=None, description="Where the real handler is.")
    client: dict[str, ClientAnswers] | None = Field(
        default=None, description="Answers of the tools that are app messages, by tool."
    )
    never: Never | None = Field(
        default=None,
        description="Calls that must not be seen in the whole conversation, the file's included.",
    )
    judge: JudgeDocument | None = Field(default=None, description="What the judge must find.")
    extra: Extra | None = Field(
        default=None, description="`allowed`: other calls than the expected ones are accepted."
    )
    unchecked: UncheckedRules | None = Field(default=None, description="Rules not checked.")
    env: Names | None = Field(
        default=None, description="Environment variables that `{env.NAME}` may read."
    )
    plain: Names | None = Field(
        default=None,
        description="Variables of `env` and `handler.env` that are no secrets: reports and traces "
        "show their values. `true`, `false` and values of fewer than four characters always are.",
    )
    tags: Names | None = Field(default=None, description="Marks to select by, with `-m`.")
    marks: Marks | None = Field(
        default=None, description="`skip: <reason>`, `xfail: <reason>`, or a mark of your own."
    )
    fixtures: Names | None = Field(default=None, description="pytest fixtures to be set up.")
    deadline: Seconds | None = Field(default=None, description="Time for the whole conversation.")
    alone: bool | None = Field(
        default=None, description="`true`: no other conversation is held meanwhile."
    )
    lock: Names | None = Field(
        default=None,
        description="Names of what it needs for itself, such as `orders-db`: of the scenarios that "
        "share a name, one is held at a time.",
    )


class ParametrizeDocument(Part):
    """Rows of values, one scenario for each. Short: the list of rows."""

    part = "parametrize"

    rows: NonEmptyList[dict[str, Any]] | None = Field(default=None, description="The rows.")
    matrix: dict[str, NonEmptyList[Any]] | None = Field(
        default=None, description="Names, each with its values: a row for each combination."
    )

    @model_validator(mode="after")
    def _check_one_of_both(self) -> Self:
        if (self.rows is None) == (not self.matrix):
            refuse("parametrize is a list of rows, or a matrix with lists of values")
        number = prod(len(values) for values in (self.matrix or {}).values())
        if number > MOST_ROWS:
            message = f"the matrix has {number:,} rows, and the limit is {MOST_ROWS:,}"
            refuse(message, hint="write fewer values, or the combinations that matter as rows")
        return self


class ScenarioHead(Common):
    """A scenario without its turns."""

    separate_keys = ("turns",)

    name: Text | None = Field(
        default=None,
        description="What it shows. Left out in a file with one scenario: the file's name.",
    )
    parametrize: Annotated[
        ParametrizeDocument | None,
        BeforeValidator(list_stands_for("rows")),
        short({"type": "array", "items": {"type": "object"}, "minItems": 1}),
    ] = Field(
        default=None,
        description="Rows of values, read as `{row.<name>}`; one scenario for each. `id` in a row "
        "names it. Or `matrix:` with lists of values.",
    )


class FileHead(Common):
    """A scenario file without its scenarios."""

    part = "a scenario file"
    separate_keys = ("scenarios", "turns")

    include: Names | None = Field(
        default=None,
        description="Files whose keys are taken over where this file does not have them.",
    )


DEFAULTS = tuple(Common.model_fields)
"""The keys that a file may have for all its scenarios."""
