"""The small types that fields of the scenario language have, and what each takes for short.

A type here accepts the short spellings people write and hands on one form. It reports what it
refuses as a sentence; :mod:`pytest_tavus.scenario.load.binding` adds the place.
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
"""The text form, for editors."""


def seconds(value: object) -> float:
    """Return the seconds that `value` stands for.

    Raises:
        RefusedError: if it is neither a duration nor a number of seconds; the message says so.

    """
    amount = _amount(value)
    if amount is None:
        refuse(f"{format_value(value)} is not a duration: write 2s, 300ms, or a number of seconds")
    if amount > LONGEST:
        refuse(f"{format_value(value)} is longer than a week, which no conversation lasts")
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


class Part(Shape, frozen=True, kw_only=True):
    """One mapping of the language. Its field `at` is its path in the file."""

    part: ClassVar[str] = "the mapping"
    "What messages call it, with its article: ``a turn``."

    hint: ClassVar[str | None] = None
    "What to do about an unknown key that resembles none."

    separate_keys: ClassVar[tuple[str, ...]] = ()
    "Keys that are read apart from the part."


Seconds = Annotated[
    float,
    Before(seconds),
    Form({"anyOf": [{"pattern": PATTERN, "type": "string"}, {"minimum": 0, "type": "number"}]}),
]
"""A duration, as seconds."""


def _refuse_empty_text(value: Any) -> Any:
    if value == "":
        refuse("the text is empty")
    return value


Text = Annotated[str, Before(_refuse_empty_text), Also({"minLength": 1})]
"""Text with something in it."""

FILLED_TEXT = {"minLength": 1, "type": "string"}
"""The JSON Schema of such a text."""


def _refuse_empty_list(value: Any) -> Any:
    if value == []:
        refuse("the list is empty, so nothing would be asked", hint="leave the key out")
    return value


def _wrap_in_list(value: Any) -> Any:
    return _refuse_empty_list(value if is_list(value) or value is None else [value])


NonEmptyList = Annotated[tuple[T, ...], Before(_refuse_empty_list), Also({"minItems": 1})]
"""A list with something in it."""

Names = Annotated[tuple[Text, ...], BLANK, Before(_wrap_in_list), Short({"type": "string"})]
"""A list of names; one name stands for a list of one."""

OneOrMany = Annotated[tuple[T, ...], BLANK, Before(_wrap_in_list), Single()]
"""One value, or a list of them."""


def _split_command(value: Any) -> Any:
    if isinstance(value, str):
        try:
            value = shlex.split(value)
        except ValueError as error:
            refuse(f"the command cannot be split into words: {error}", hint="write a list")
    return _refuse_empty_list(value)


Command = Annotated[tuple[Text, ...], BLANK, Before(_split_command), Short({"type": "string"})]
"""A command as a list of words, or as a line that is split like a shell would."""


def text_stands_for(key: str) -> Callable[[Any], Any]:
    """Return a change for which a text is short for a mapping with that one key."""

    def expand(value: Any) -> Any:
        return {key: value} if isinstance(value, str) else value

    return expand


def list_stands_for(key: str) -> Callable[[Any], Any]:
    """Return a change for which a list or a text is short for a mapping with that one key."""

    def expand(value: Any) -> Any:
        return {key: value} if isinstance(value, str) or is_list(value) else value

    return expand


def values_stand_for(key: str) -> Callable[[Any], Any]:
    """Return a change for which a text, a matcher or a list is short for such a mapping."""
    expanded = list_stands_for(key)
    return lambda value: {key: value} if isinstance(value, Matcher) else expanded(value)
