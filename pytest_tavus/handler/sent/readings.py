"""Possible values of arguments: what a text or a JSON value in a request can stand for.

A place yields each value that could have been written so, and `ABSENT` if a call without the
argument writes the same. An argument in several places has the values that all of them allow.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, NoReturn

from msgspec import Struct

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.contract.limits import RESERVED_PREFIX
from pytest_tavus.contract.tool.sent import Doubt, SentArguments
from pytest_tavus.handler.delivery.profile import MissingArgument
from pytest_tavus.matching.compare import matches
from pytest_tavus.matching.shape import is_mapping
from pytest_tavus.matching.text import ABSENT

Possible = tuple[Any, ...]


class ArgumentEncoding(Struct, frozen=True, kw_only=True):
    """How one tool's arguments are written."""

    schemas: Mapping[str, Any]
    "The JSON Schema of each declared parameter."

    missing: MissingArgument
    conversation: str
    "The placeholder that is filled with the conversation's id."

    def missing_text(self, name: str) -> str:
        """Return what stands for an absent argument within a text."""
        return f"{{{name}}}" if self._keeps_placeholder(name) else ""

    def missing_value(self, name: str) -> Any:
        """Return what a lone placeholder of an absent argument becomes; `ABSENT`: it is dropped."""
        if self._keeps_placeholder(name):
            return f"{{{name}}}"
        return {"omit": ABSENT, "empty": "", "null": None}[self.missing]

    def _keeps_placeholder(self, name: str) -> bool:
        return self.missing == "braces" or name.startswith(RESERVED_PREFIX)


class Readings:
    """What the places of one request allow for each argument."""

    def __init__(self, terms: ArgumentEncoding, conversation_id: str) -> None:
        self.terms = terms
        self.conversation_id = conversation_id
        self.unreadable = False
        self._found: dict[str, Possible] = {}
        self._doubts: dict[str, Doubt] = {}

    @property
    def names(self) -> Iterable[str]:
        """The arguments that were looked for so far."""
        return {*self._found, *self._doubts}

    def add(self, name: str, *possible: Any) -> None:
        """Note what one place allows."""
        known = self._found.get(name)
        if known is None:
            self._found[name] = possible
            return
        both = tuple(value for value in known if any(_is_same(value, other) for other in possible))
        self._found[name] = both
        if not both:
            self._doubts.setdefault(name, "places")

    def add_text(self, name: str, text: str, missing: Any) -> None:
        """Note a text, and that `missing` would stand there for an absent argument."""
        possible = list_possible_values(text, self.terms.schemas.get(name))
        self.add(name, *possible, *((ABSENT,) if _is_same(text, missing) else ()))

    def doubt(self, names: Iterable[str], why: Doubt) -> None:
        """Note arguments that a place leaves open."""
        for name in names:
            self._doubts.setdefault(name, why)

    def build_result(self) -> SentArguments:
        """Return what is certain, and what is not."""
        doubts = dict(self._doubts)
        arguments: dict[str, Any] = {}
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


def kind_of(schema: Any) -> str | None:
    """Return the one type that a schema declares."""
    members = json_object(schema) or {}
    kinds = members.get("type")
    listed = json_list(kinds)
    if listed is not None:
        kinds = listed[0] if len(listed) == 1 else None
    return kinds if isinstance(kinds, str) else None


def list_possible_values(text: str, schema: Any) -> Possible:
    """Return what a text stands for, by the type that its schema declares.

    A text that is no value of that type is itself. Without a type, so is one that is no JSON; any
    other may also be the JSON value.
    """
    kind = kind_of(schema)
    if kind == "string":
        return (text,)
    value = _parse_json(text)
    if value is ABSENT or isinstance(value, str):
        return (text,)
    if kind is None:
        return (text, value)
    return (value,) if _is_of_kind(kind, value) else (text,)


def list_possible_form_values(texts: list[str], schema: Any) -> Possible:
    """Return what the texts of one name in a form stand for: a list repeats its name."""
    kind = kind_of(schema)
    if kind == "array":
        items = (json_object(schema) or {}).get("items")
        return _lists([list_possible_values(text, items) for text in texts])
    if len(texts) == 1:
        single = list_possible_values(texts[0], schema)
        return single if kind is not None else (*single, *([value] for value in single))
    return (
        _lists([list_possible_values(text, None) for text in texts])
        if texts or kind is None
        else ()
    )


def _lists(items: list[Possible]) -> Possible:
    """Return the one list, or two of those that are possible: more say nothing more."""
    first = [possible[0] for possible in items]
    last = [possible[-1] for possible in items]
    return (first,) if all(len(possible) == 1 for possible in items) else (first, last)


def _parse_json(text: str) -> Any:
    """Read JSON without blanks around it; `ABSENT` if it is none."""
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


def _is_of_kind(kind: str, value: Any) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if isinstance(value, (int, float)):
        return kind == "number" or (kind == "integer" and value == int(value))
    if value is None:
        return kind == "null"
    return kind == ("object" if is_mapping(value) else "array")


def _is_same(one: Any, other: Any) -> bool:
    return matches(one, other, exact=True)
