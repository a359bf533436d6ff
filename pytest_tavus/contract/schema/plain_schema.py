"""A quick check that a schema of common keywords is well-formed.

A true result is certain: the check is a short form of the metaschema of JSON Schema 2020-12.
After a false result, the caller must use the metaschema itself, which costs a hundred times more.
The module knows nothing of tools.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import cast

from pytest_tavus.contract.body import json_object
from pytest_tavus.contract.schema.ecma import NotEcmaError, python_pattern

TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
"""The values of `type` in JSON Schema."""


def is_plain_schema(schema: object) -> bool:
    """Whether a value is certainly a valid schema; false only means that it may be invalid."""
    if isinstance(schema, bool):
        return True
    entries = json_object(schema)
    return entries is not None and all(
        (check := _KEYWORDS.get(key)) is not None and check(value) for key, value in entries.items()
    )


def _is_anything(_value: object) -> bool:
    return True


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_pattern(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        python_pattern(value)
    except NotEcmaError:
        return False
    return True


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_type(value: object) -> bool:
    return value in TYPES if isinstance(value, str) else value != [] and _are_names(value, TYPES)


def _are_names(value: object, known: tuple[str, ...] = ()) -> bool:
    names = _list(value)
    if names is None or not all(isinstance(name, str) for name in names):
        return False
    return len(set(names)) == len(names) and (not known or all(name in known for name in names))


def _are_properties(value: object) -> bool:
    entries = json_object(value)
    return entries is not None and all(is_plain_schema(schema) for schema in entries.values())


def _are_schemas(value: object) -> bool:
    schemas = _list(value)
    return bool(schemas) and all(is_plain_schema(schema) for schema in schemas or ())


def _list(value: object) -> Sequence[object] | None:
    return cast("Sequence[object]", value) if isinstance(value, list) else None


_KEYWORDS: Mapping[str, Callable[[object], bool]] = MappingProxyType(
    {
        "type": _is_type,
        "properties": _are_properties,
        "required": _are_names,
        "additionalProperties": is_plain_schema,
        "items": is_plain_schema,
        "anyOf": _are_schemas,
        "allOf": _are_schemas,
        "oneOf": _are_schemas,
        "enum": _is_list,
        "const": _is_anything,
        "default": _is_anything,
        "examples": _is_list,
        "description": _is_text,
        "title": _is_text,
        "format": _is_text,
        "pattern": _is_pattern,
        "minimum": _is_number,
        "maximum": _is_number,
        "exclusiveMinimum": _is_number,
        "exclusiveMaximum": _is_number,
        "minLength": _is_count,
        "maxLength": _is_count,
        "minItems": _is_count,
        "maxItems": _is_count,
        "uniqueItems": _is_flag,
    }
)
