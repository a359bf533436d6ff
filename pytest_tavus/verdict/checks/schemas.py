"""Validates arguments by the JSON Schema of their tool."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from pytest_tavus.contract.schema.dialect import SchemaFault, Validator, validator
from pytest_tavus.contract.schema.formats import is_of_format
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.matching.shape import is_list, is_mapping
from pytest_tavus.spans import Loc

_PLAIN_KEYWORDS = frozenset(
    {
        "type",
        "enum",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "description",
        "title",
        "default",
        "examples",
        "format",
    }
)

_TYPES: Mapping[str, tuple[type, ...]] = MappingProxyType(
    {
        "string": (str,),
        "integer": (int,),
        "number": (int, float),
        "object": (Mapping,),
        "array": (list, tuple),
    }
)
"""Without booleans, which Python counts among the integers. A float is never a plain integer here;
the validator decides on 1.0."""


class SchemaError(Struct, frozen=True, kw_only=True):
    """The violation with the shortest path."""

    path: Loc
    keyword: str
    "The violated schema keyword: `type`, `required`, `enum`, ..."

    keyword_value: object
    "Its value in the schema."

    found: object
    message: str


class Schemas:
    """The validators of a run. Each is built once, because building a validator is slow."""

    def __init__(self) -> None:
        self._validators: dict[str, Validator] = {}

    def error(self, tool: Tool, arguments: object) -> SchemaError | None:
        if is_plainly_valid(tool.parameters, arguments):
            return None
        errors = self._validator(tool).iter_errors(arguments)
        found = min(errors, key=lambda error: len(error.absolute_path), default=None)
        return None if found is None else _error(found)

    def _validator(self, tool: Tool) -> Validator:
        key = json.dumps(tool.parameters, sort_keys=True)
        known = self._validators.get(key)
        if known is None:
            known = self._validators[key] = validator(tool.parameters)
        return known


def _error(error: SchemaFault) -> SchemaError:
    return SchemaError(
        path=tuple(error.absolute_path),
        keyword=error.validator,
        keyword_value=error.validator_value,
        found=error.instance,
        message=error.message,
    )


def is_plainly_valid(schema: object, value: object) -> bool:
    """Tell whether a value is valid by the few keywords that nearly every tool has.

    True is certain. False says only that a validator must decide, which is a hundred times slower.
    """
    if not is_mapping(schema) or not _PLAIN_KEYWORDS.issuperset(schema):
        return False
    kind = schema.get("type")
    if kind is not None and (not isinstance(kind, str) or not _is_of_type(kind, value)):
        return False
    if not is_of_format(schema.get("format"), value):
        return False
    # Python's `in` also takes 1, 1.0 and true for equal, so only text is decided here.
    if "enum" in schema and not (isinstance(value, str) and value in schema["enum"]):
        return False
    if is_list(value):
        return "items" not in schema or all(is_plainly_valid(schema["items"], i) for i in value)
    return not is_mapping(value) or _has_plain_properties(schema, value)


def _has_plain_properties(schema: Mapping[Any, Any], value: Mapping[Any, object]) -> bool:
    properties = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    return all(name in value for name in schema.get("required", ())) and all(
        is_plainly_valid(properties[name], item) if name in properties else others is True
        for name, item in value.items()
    )


def _is_of_type(kind: str, value: object) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    accepted = _TYPES.get(kind)
    return accepted is not None and isinstance(value, accepted)


def describe_constraint(error: SchemaError) -> str:
    if error.keyword == "type":
        names = error.keyword_value if is_list(error.keyword_value) else [error.keyword_value]
        return " or ".join(str(name) for name in names)
    return f"{error.keyword}: {json.dumps(error.keyword_value, ensure_ascii=False, default=str)}"


def missing_name(error: SchemaError) -> str | None:
    """Return the first required property that is missing."""
    found, required = error.found, error.keyword_value
    if error.keyword != "required" or not is_mapping(found) or not is_list(required):
        return None
    return next((str(name) for name in required if name not in found), None)
