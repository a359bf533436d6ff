"""What the models of the scenario language are made of: their base, and the small types of fields.

A type here accepts the short spellings people write and hands on one form. It reports what it
refuses as a sentence; :mod:`pytest_tavus.scenario.load.binding` adds the place.

Annotations of models are written as :mod:`pytest_tavus.contract.body` says.
"""

import math
import re
import shlex
from collections.abc import Callable
from typing import Annotated, Any, ClassVar, NoReturn, TypeVar

from msgspec import Struct
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from pytest_tavus.matching.matcher import Matcher
from pytest_tavus.scenario.text.plain import is_list
from pytest_tavus.scenario.values.matcher_values import Complain
from pytest_tavus.spans import Loc

_DURATION = re.compile(r"(?P<amount>[0-9]+(?:\.[0-9]+)?)\s?(?P<unit>ms|s|m)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0}

LONGEST = 7 * 24 * 3600.0
"""Seconds."""

LONGEST_SHOWN = 96
"""Characters of a value that a message shows."""

PATTERN = r"^[0-9]+(\.[0-9]+)?\s?(ms|s|m)$"
"""The text form, for editors."""


def seconds(value: object) -> float:
    """Return the seconds that `value` stands for.

    Raises:
        ValueError: if it is neither a duration nor a number of seconds; the message says so.

    """
    amount = _amount(value)
    if amount is None:
        message = (
            f"{format_value(value)} is not a duration: write 2s, 300ms, or a number of seconds"
        )
        raise ValueError(message)
    if amount > LONGEST:
        message = f"{format_value(value)} is longer than a week, which no conversation lasts"
        raise ValueError(message)
    return amount


def _amount(value: object) -> float | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(min(value, 2 * LONGEST)) if 0 <= value != math.inf else None
    if isinstance(value, str) and (match := _DURATION.fullmatch(value.strip())):
        return float(match["amount"]) * _SECONDS[match["unit"]]
    return None


def format_value(value: object) -> str:
    """Write a value as Python does, cut where it is long."""
    try:
        text = repr(value)
    except ValueError:  # a whole number of more digits than Python writes
        return "a number of thousands of digits"
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


T = TypeVar("T")
Converter = Callable[[Any, Loc, Complain], Any]
"""Makes a run-time value of what is written at a path."""


class BuildSpec:
    """The run-time value of a part. Its fields are named as those of the part, and are copies.

    One object and not a class variable for each: pydantic evaluates those again in each subclass.
    """

    def __init__(
        self, value: type[Struct], *, apart: frozenset[str] = frozenset(), **makes: Converter
    ) -> None:
        self.value = value
        self.excluded = apart
        """Keys that are not part of the value."""
        self.converters = makes
        """By field: the function that makes its value, where that is more than a copy."""


_NOTHING = BuildSpec(Struct)


class Part(BaseModel):
    """One mapping of the language."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        arbitrary_types_allowed=True,
        defer_build=True,
    )

    builds: ClassVar[BuildSpec] = _NOTHING
    "What the loader makes of it."

    part: ClassVar[str]
    "What messages call it, with its article: ``a turn``."

    hint: ClassVar[str | None] = None
    "What to do about an unknown key that resembles none."

    nullable: ClassVar[frozenset[str]] = frozenset()
    "Keys whose value may be null; elsewhere nothing behind a key is a slip."

    part_mappings: ClassVar[frozenset[str]] = frozenset()
    "Keys whose value is a mapping of names to further parts."

    union_tag: ClassVar[str | None] = None
    "The word by which pydantic tells it from others in its place."

    separate_keys: ClassVar[tuple[str, ...]] = ()
    "Keys that are bound apart from the model."


def refuse(sentence: str, *, hint: str | None = None) -> NoReturn:
    """Refuse the value that is being validated.

    Raises:
        PydanticCustomError: always.

    """
    raise PydanticCustomError("language", "{sentence}", {"sentence": sentence, "hint": hint})


def short(schema: dict[str, Any]) -> Any:
    """Add a short spelling of a field to its JSON Schema."""
    return _AlternativeSchema(schema)


class _AlternativeSchema:
    """A pydantic annotation: the schema of the field, or this one."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self._schema = schema

    def __get_pydantic_json_schema__(
        self, core: Any, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [self._schema, handler(core)]}


class _OneOrManySchema:
    """A pydantic annotation: the schema of a list, or that of one of its items."""

    def __get_pydantic_json_schema__(
        self, core: Any, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        schema = {**handler(core), "minItems": 1}
        return {"anyOf": [schema.get("items", {}), schema]}


def _seconds(value: object) -> float:
    try:
        return seconds(value)
    except ValueError as error:
        return refuse(str(error))


Seconds = Annotated[
    float,
    BeforeValidator(_seconds),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": PATTERN}, {"type": "number", "minimum": 0}]}
    ),
]
"""A duration, as seconds."""


def _refuse_empty_text(value: Any) -> Any:
    if value == "":
        refuse("the text is empty")
    return value


Text = Annotated[
    str, BeforeValidator(_refuse_empty_text), Field(json_schema_extra={"minLength": 1})
]
"""Text with something in it."""


def _wrap_in_list(value: Any) -> Any:
    return value if is_list(value) or value is None else [value]


def _refuse_empty_list(value: Any) -> Any:
    if value == []:
        refuse("the list is empty, so nothing would be asked", hint="leave the key out")
    return value


NonEmptyList = Annotated[
    list[T], BeforeValidator(_refuse_empty_list), Field(json_schema_extra={"minItems": 1})
]
"""A list with something in it."""

Names = Annotated[
    list[Text],
    BeforeValidator(_refuse_empty_list),
    BeforeValidator(_wrap_in_list),
    short({"type": "string"}),
]
"""A list of names; one name stands for a list of one."""

OneOrMany = Annotated[
    list[T], BeforeValidator(_refuse_empty_list), BeforeValidator(_wrap_in_list), _OneOrManySchema()
]
"""One value, or a list of them."""


def _split_command(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return shlex.split(value)
    except ValueError as error:
        return refuse(f"the command cannot be split into words: {error}", hint="write a list")


Command = Annotated[
    list[Text],
    BeforeValidator(_refuse_empty_list),
    BeforeValidator(_split_command),
    short({"type": "string"}),
]
"""A command as a list of words, or as a line that is split like a shell would."""


def text_stands_for(key: str) -> Callable[[Any], Any]:
    """Return a validator for which a text is short for a mapping with that one key."""

    def expand(value: Any) -> Any:
        return {key: value} if isinstance(value, str) else value

    return expand


def list_stands_for(key: str) -> Callable[[Any], Any]:
    """Return a validator for which a list or a text is short for a mapping with that one key."""

    def expand(value: Any) -> Any:
        return {key: value} if isinstance(value, str) or is_list(value) else value

    return expand


def values_stand_for(key: str) -> Callable[[Any], Any]:
    """Return a validator for which a text, a matcher or a list is short for such a mapping."""
    expanded = list_stands_for(key)
    return lambda value: {key: value} if isinstance(value, Matcher) else expanded(value)
