"""Where schemas stand inside a schema. Knows no tool and no library."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.contract.schema.ecma import NotEcmaError, python_pattern
from pytest_tavus.spans import Loc

_ONE = frozenset(
    {
        "additionalProperties",
        "contains",
        "contentSchema",
        "else",
        "if",
        "items",
        "not",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
    }
)
_LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_BY_NAME = frozenset(
    {"$defs", "definitions", "dependentSchemas", "patternProperties", "properties"}
)
_IN_PLACE = frozenset({"allOf", "anyOf", "dependentSchemas", "else", "if", "not", "oneOf", "then"})
"""The keywords whose schemas are held against the same value."""


class Subschema(Struct, frozen=True, kw_only=True):
    """A schema directly inside another."""

    path: Loc
    schema: dict[str, Any]
    in_place: bool
    "It is held against the same value as the schema around it."


def subschemas(schema: dict[str, Any]) -> Iterator[Subschema]:
    """Yield the schemas directly inside a schema, but for `true` and `false`."""
    for keyword, value in schema.items():
        for step, inner in _list_values(keyword, value):
            entries = json_object(inner)
            if entries is not None:
                path = (keyword, *step)
                yield Subschema(path=path, schema=entries, in_place=keyword in _IN_PLACE)


def _list_values(keyword: str, value: Any) -> Iterator[tuple[Loc, Any]]:
    if keyword in _ONE:
        yield (), value
    elif keyword in _LISTS:
        yield from (((index,), one) for index, one in enumerate(json_list(value) or ()))
    elif keyword in _BY_NAME:
        yield from (((name,), one) for name, one in (json_object(value) or {}).items())


def with_python_keys(schema: Any) -> Any:
    """Return a schema whose `patternProperties` are written as Python reads them."""
    entries = json_object(schema)
    if entries is None:
        return schema
    return {keyword: _python_keys(keyword, value) for keyword, value in entries.items()}


def _python_keys(keyword: str, value: Any) -> Any:
    named = json_object(value) if keyword in _BY_NAME else None
    if named is not None:
        keys = _python_key if keyword == "patternProperties" else str
        return {keys(name): with_python_keys(one) for name, one in named.items()}
    if keyword in _LISTS:
        return [with_python_keys(one) for one in json_list(value) or ()]
    return with_python_keys(value) if keyword in _ONE else value


def _python_key(pattern: str) -> str:
    try:
        return python_pattern(pattern).pattern
    except NotEcmaError:
        return "(?!)"  # refused where the schema stands
