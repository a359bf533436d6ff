"""Types of single fields of the scenario language, with their short forms.

A type converts the short forms to one long form. Its refusals are sentences;
:mod:`pytest_tavus.scenario.load.binding` adds the path.
"""

import math
import re
import shlex
from collections.abc import Callable
from typing import Annotated, Any, ClassVar, TypeVar

from pytest_tavus.contract.annotations import BLANK, Also, Before, Form, Short, Single
from pytest_tavus.contract.refusal import refuse
from pytest_tavus.contract.shape import Shape
from pytest_tavus.matching.matcher import Matcher
from pytest_tavus.scenario.text.plain import is_list

_DURATION = re.compile(r"(?P<amount>[0-9]+(?:\.[0-9]+)?)\s?(?P<unit>ms|s|m)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0}

LONGEST = 7 * 24 * 3600.0
"""Seconds."""

LONGEST_SHOWN = 96
"""Characters of a value that a message shows."""

PATTERN = r"^[0-9]+(\.[0-9]+)?\s?(ms|s|m)$"
"""Durations as text, for editors: the JSON Schema has the pattern."""


def seconds(value: object) -> float:
    """Convert a duration to seconds.

    Raises:
        RefusedError: the value is no duration, or longer than `LONGEST`.

    """
    amount = _amount(value)
    if amount is None:
        refuse(f"{format_value(value)} is not a duration: write 2s, 300ms, or a number of seconds")
    if amount > LONGEST:
        refuse(f"{format_value(value)} is longer than a week, which no conversation lasts")
    return amount


def _amount(value: object) -> float | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        # A whole number may be too large for a float; the minimum is still longer than allowed.
        return float(min(value, 2 * LONGEST)) if 0 <= value != math.inf else None
    if isinstance(value, str) and (match := _DURATION.fullmatch(value.strip())):
        return float(match["amount"]) * _SECONDS[match["unit"]]
    return None


def format_value(value: object) -> str:
    """Format a value with `repr`, cut to `LONGEST_SHOWN` characters."""
    try:
        text = repr(value)
    except ValueError:  # Python refuses to format such a whole number
        return "a number of thousands of digits"
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


T = TypeVar("T")


class Part(Shape, frozen=True, kw_only=True):
    """A mapping of the language. Its field `at` is its path in the file."""

    part: ClassVar[str] = "the mapping"
    "The name of the part in messages, with its article: ``a turn``."

    hint: ClassVar[str | None] = None
    "The hint for an unknown key that resembles no known key."

    separate_keys: ClassVar[tuple[str, ...]] = ()
    "Keys that the loader reads separately."


Seconds = Annotated[
    float,
    Before(seconds),
    Form({"anyOf": [{"pattern": PATTERN, "type": "string"}, {"minimum": 0, "type": "number"}]}),
]
"""A duration, as seconds."""


def _refuse_empty_text(value: object) -> object:
    if value == "":
        refuse("the text is empty")
    return value


Text = Annotated[str, Before(_refuse_empty_text), Also({"minLength": 1})]
"""Text that is not empty."""

FILLED_TEXT = {"minLength": 1, "type": "string"}
"""The JSON Schema of text that is not empty."""


def _refuse_empty_list(value: object) -> object:
    if value == []:
        refuse("the list is empty, so nothing would be asked", hint="leave the key out")
    return value


def _wrap_in_list(value: object) -> object:
    return _refuse_empty_list(value if is_list(value) or value is None else [value])


NonEmptyList = Annotated[tuple[T, ...], Before(_refuse_empty_list), Also({"minItems": 1})]
"""A list that is not empty."""

Names = Annotated[tuple[Text, ...], BLANK, Before(_wrap_in_list), Short({"type": "string"})]
"""A list of names. Short: a single name."""

OneOrMany = Annotated[tuple[T, ...], BLANK, Before(_wrap_in_list), Single()]
"""A list of values. Short: a single value."""


def _split_command(value: object) -> object:
    if isinstance(value, str):
        try:
            value = shlex.split(value)
        except ValueError as error:
            refuse(f"the command cannot be split into words: {error}", hint="write a list")
    return _refuse_empty_list(value)


Command = Annotated[tuple[Text, ...], BLANK, Before(_split_command), Short({"type": "string"})]
"""A command as a list of words. Short: a line, split by the rules of a shell."""


def text_stands_for(key: str) -> Callable[[Any], Any]:
    """Return a function that converts text to a mapping with this key."""

    def expand(value: object) -> object:
        return {key: value} if isinstance(value, str) else value

    return expand


def list_stands_for(key: str) -> Callable[[Any], Any]:
    """Return a function that converts a list or text to a mapping with this key."""

    def expand(value: object) -> object:
        return {key: value} if isinstance(value, str) or is_list(value) else value

    return expand


def values_stand_for(key: str) -> Callable[[Any], Any]:
    """Return a function that converts text, a matcher or a list to a mapping with this key."""
    expanded = list_stands_for(key)
    return lambda value: {key: value} if isinstance(value, Matcher) else expanded(value)
