"""Lists the schemas inside a schema. The module knows no tool and no library."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from pytest_tavus.contract.body import JsonDict, json_list, json_object
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
"""The keywords whose schemas apply to the same value."""


class Subschema(Struct, frozen=True, kw_only=True):
    """A schema directly inside another."""

    path: Loc
    schema: JsonDict
    in_place: bool
    "The schema applies to the same value as the schema around it."


def subschemas(schema: JsonDict) -> Iterator[Subschema]:
    """Yield the schemas directly inside a schema, except `true` and `false`."""
    for keyword, value in schema.items():
        for step, inner in _list_values(keyword, value):
            entries = json_object(inner)
            if entries is not None:
                path = (keyword, *step)
                yield Subschema(path=path, schema=entries, in_place=keyword in _IN_PLACE)


def _list_values(keyword: str, value: object) -> Iterator[tuple[Loc, object]]:
    if keyword in _ONE:
        yield (), value
    elif keyword in _LISTS:
        yield from (((index,), inner) for index, inner in enumerate(json_list(value) or ()))
    elif keyword in _BY_NAME:
        yield from (((name,), inner) for name, inner in (json_object(value) or {}).items())


def with_python_keys(schema: object) -> object:
    """Return the schema with the keys of its `patternProperties` as Python expressions."""
    entries = json_object(schema)
    if entries is None:
        return schema
    return {keyword: _python_keys(keyword, value) for keyword, value in entries.items()}


def _python_keys(keyword: str, value: object) -> object:
    named = json_object(value) if keyword in _BY_NAME else None
    if named is not None:
        keys = _python_key if keyword == "patternProperties" else str
        return {keys(name): with_python_keys(inner) for name, inner in named.items()}
    if keyword in _LISTS:
        return [with_python_keys(inner) for inner in json_list(value) or ()]
    return with_python_keys(value) if keyword in _ONE else value


def _python_key(pattern: str) -> str:
    try:
        return python_pattern(pattern).pattern
    except NotEcmaError:
        return "(?!)"  # `references` reports the pattern, so here it matches nothing.
