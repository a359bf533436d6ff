"""Collects the possible values of arguments.

A place adds each value that gives the same text or JSON, and `ABSENT` if a call without the
argument gives the same. An argument in several places has the values that all places allow.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final, NoReturn

from msgspec import Struct

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.contract.limits import RESERVED_PREFIX
from pytest_tavus.contract.tool.sent import Doubt, SentArguments
from pytest_tavus.handler.delivery.profile import MissingArgument
from pytest_tavus.matching.compare import matches
from pytest_tavus.matching.shape import is_mapping
from pytest_tavus.matching.text import ABSENT

Possible = tuple[object, ...]


class ArgumentEncoding(Struct, frozen=True, kw_only=True):
    """The types of one tool's arguments, and the policy for missing ones."""

    schemas: Mapping[str, object]
    "The JSON Schema of each declared parameter."

    missing: MissingArgument
    conversation: str
    "The placeholder of the conversation's id."

    def missing_text(self, name: str) -> str:
        """Return the replacement of an absent argument inside a longer text."""
        return f"{{{name}}}" if self._keeps_placeholder(name) else ""

    def missing_value(self, name: str) -> object:
        """Return the replacement of an absent argument's lone placeholder; `ABSENT` drops it."""
        if self._keeps_placeholder(name):
            return f"{{{name}}}"
        return {"omit": ABSENT, "empty": "", "null": None}[self.missing]

    def _keeps_placeholder(self, name: str) -> bool:
        return self.missing == "braces" or name.startswith(RESERVED_PREFIX)


class Readings:
    """The possible values of each argument, from all places of one request."""

    def __init__(self, encoding: ArgumentEncoding, conversation_id: str) -> None:
        self.encoding = encoding
        self.conversation_id = conversation_id
        self.unreadable = False
        self._found: dict[str, Possible] = {}
        self._doubts: dict[str, Doubt] = {}

    @property
    def names(self) -> Iterable[str]:
        """The arguments of the places that were read so far."""
        return {*self._found, *self._doubts}

    def add(self, name: str, *possible: object) -> None:
        """Add the possible values of one place; places without a common value are a doubt."""
        known = self._found.get(name)
        if known is None:
            self._found[name] = possible
            return
        both = tuple(value for value in known if any(_is_same(value, other) for other in possible))
        self._found[name] = both
        if not both:
            self._doubts.setdefault(name, "places")

    def add_text(self, name: str, text: str, missing: object) -> None:
        """Add the values of a text; a text equal to `missing` may be an absent argument too."""
        possible = list_possible_values(text, self.encoding.schemas.get(name))
        self.add(name, *possible, *((ABSENT,) if _is_same(text, missing) else ()))

    def doubt(self, names: Iterable[str], why: Doubt) -> None:
        """Mark arguments as ambiguous. The first reason for each is kept."""
        for name in names:
            self._doubts.setdefault(name, why)

    def build_result(self) -> SentArguments:
        doubts = dict(self._doubts)
        arguments: dict[str, object] = {}
        for name, possible in self._found.items():
            values = [value for value in possible if value is not ABSENT]
            if name in doubts or not values:
                continue
            if len(values) > 1:
                doubts[name] = "type"
            else:
                arguments[name] = values[0]
        absent = (name for name in arguments if ABSENT in self._found[name])
        return SentArguments(
            arguments=arguments,
            maybe_absent=frozenset(absent),
            ambiguous=doubts,
            unreadable=self.unreadable,
        )


def kind_of(schema: object) -> str | None:
    """Return the type that a schema declares; `None` if it declares none or several."""
    members = json_object(schema) or {}
    kinds = members.get("type")
    listed = json_list(kinds)
    if listed is not None:
        kinds = listed[0] if len(listed) == 1 else None
    return kinds if isinstance(kinds, str) else None


def list_possible_values(text: str, schema: object) -> Possible:
    """Return the values that a text can stand for, by the type that its schema declares.

    A text that is no value of that type stands for itself. Without a declared type, a text stands
    for itself, and for its JSON value if it has one.
    """
    kind = kind_of(schema)
    if kind == "string":
        return (text,)
    value = _parse_strict_json(text)
    if value is ABSENT or isinstance(value, str):
        return (text,)
    if kind is None:
        return (text, value)
    return (value,) if _is_of_kind(kind, value) else (text,)


def list_possible_form_values(texts: list[str], schema: object) -> Possible:
    """Return the values that the texts of one name in a form can stand for."""
    kind = kind_of(schema)
    if kind == "array":
        items = (json_object(schema) or {}).get("items")
        return _lists([list_possible_values(text, items) for text in texts])
    if len(texts) == 1:
        # A list repeats its name, so one text is a value or a list of one item.
        single = list_possible_values(texts[0], schema)
        return single if kind is not None else (*single, *([value] for value in single))
    if not texts and kind is not None:
        return ()
    return _lists([list_possible_values(text, None) for text in texts])


def _lists(items: list[Possible]) -> Possible:
    # Two possible lists make the argument ambiguous; further ones would change nothing.
    first = [possible[0] for possible in items]
    last = [possible[-1] for possible in items]
    return (first,) if all(len(possible) == 1 for possible in items) else (first, last)


def _parse_strict_json(text: str) -> object:
    """Parse strict JSON without blanks around it; return `ABSENT` for anything else."""
    if text != text.strip(" \t\r\n"):
        return ABSENT
    try:
        return _STRICT.decode(text)
    except (ValueError, RecursionError):
        return ABSENT


def _refuse(_constant: str) -> NoReturn:
    raise ValueError


def _parse_finite(text: str) -> float:
    value = float(text)
    if value in {float("inf"), float("-inf")}:
        raise ValueError
    return value


_STRICT: Final = json.JSONDecoder(parse_constant=_refuse, parse_float=_parse_finite)


def _is_of_kind(kind: str, value: object) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if isinstance(value, (int, float)):
        return kind == "number" or (kind == "integer" and value == int(value))
    if value is None:
        return kind == "null"
    return kind == ("object" if is_mapping(value) else "array")


def _is_same(value: object, other: object) -> bool:
    return matches(value, other, exact=True)
