"""The models of a call that must not be seen, and of one that the simulated PAL makes."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag

from pytest_tavus.scenario.language.build import build
from pytest_tavus.scenario.language.calls import Arguments, expand_call
from pytest_tavus.scenario.language.shapes import (
    BuildSpec,
    NonEmptyList,
    OneOrMany,
    Part,
    Text,
    refuse,
    short,
)
from pytest_tavus.scenario.text.plain import mapping
from pytest_tavus.scenario.values import turn_values as values
from pytest_tavus.scenario.values.matcher_values import Complain, build_expected, build_literal
from pytest_tavus.spans import Loc


class PatternDocument(Part):
    """A call that must not be seen: the name of a tool, or `{tool: {argument: value}}`."""

    part = "a forbidden call"
    builds = BuildSpec(values.CallPattern, arguments=build_expected)

    tool: Text = Field(description="The tool.")
    arguments: Arguments = Field(
        default_factory=dict[str, Any], description="Only with these arguments, as a subset."
    )


_PATTERN_KEYS = frozenset(PatternDocument.model_fields)


def _expand_pattern(value: Any) -> Any:
    return expand_call(value, _PATTERN_KEYS, "a forbidden call")


Never = OneOrMany[
    Annotated[
        PatternDocument,
        BeforeValidator(_expand_pattern),
        short({"type": "string", "minLength": 1}),
        short({"x-short": "ShortPattern"}),
    ]
]


ADDED = "never"
"""The key that adds to what the file, and the files it includes, say; others replace it."""


def _build_arguments(value: Any, at: Loc, complain: Complain) -> Any:
    return build_literal(value, at, complain) or {}


class PlayedCallDocument(Part):
    """A call that the simulated PAL makes: `{tool: {argument: value}}`, or `{tool, arguments}`."""

    part = "a played call"
    builds = BuildSpec(values.PlayedCall, arguments=_build_arguments)
    union_tag = "<call>"

    tool: Text = Field(description="The tool.")
    arguments: Arguments = Field(
        default_factory=dict[str, Any],
        description="Literal values; placeholders may stand in them.",
    )


class WaveDocument(Part):
    """Calls that the simulated PAL makes at the same time."""

    part = "a wave of calls"
    union_tag = "<wave>"

    parallel: NonEmptyList["PlayedCall"] = Field(description="Made in one inference.")


def _expand_played(value: Any) -> Any:
    entry = mapping(value)
    if entry is not None and set(entry) == {"parallel"}:
        return value
    return expand_call(value, _PATTERN_KEYS, "a played call")


def _kind_of_played(value: Any) -> str:
    entry = mapping(value)
    return "<wave>" if entry is not None and "parallel" in entry else "<call>"


PlayedCall = Annotated[
    PlayedCallDocument,
    BeforeValidator(_expand_played),
    short({"type": "string", "minLength": 1}),
    short({"x-short": "ShortPattern"}),
]
Wave = Annotated[
    Annotated[PlayedCallDocument, Tag("<call>")] | Annotated[WaveDocument, Tag("<wave>")],
    Discriminator(_kind_of_played),
    BeforeValidator(_expand_played),
    short({"type": "string", "minLength": 1}),
    short({"x-short": "ShortPattern"}),
]


def _check_played_calls(value: Any) -> Any:
    if value == "none":
        return []
    if value is None or value == []:
        refuse("calls is empty", hint="write calls: none where the PAL makes no call")
    return value


def build_waves(waves: list[Any], at: Loc, complain: Complain) -> tuple[Any, ...]:
    """Build played calls; those of one wave are made at the same time."""
    return tuple(_build_wave(wave, (*at, index), complain) for index, wave in enumerate(waves))


def _build_wave(
    wave: PlayedCallDocument | WaveDocument, at: Loc, complain: Complain
) -> tuple[Any, ...]:
    if isinstance(wave, PlayedCallDocument):
        return (build(wave, at, complain),)
    calls = enumerate(wave.parallel)
    return tuple(build(one, (*at, "parallel", index), complain) for index, one in calls)


PlayedCalls = Annotated[list[Wave], BeforeValidator(_check_played_calls), short({"const": "none"})]
