"""The arguments of a tool: read as the official server reads them, held against the schema.

An integer, a number or a boolean may come as another scalar, such as the text ``"25"``. Texts,
lists, objects and enums are taken as they are, so that ``5`` is no text and ``"[]"`` no list. Both
were seen at tavus-mcp 0.11.0, whose library reads with pydantic [client].
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.contract.schema.dialect import SchemaFault, validator
from pytest_tavus.errors import did_you_mean
from pytest_tavus.json_data import Json, JsonMapping, JsonObject
from pytest_tavus.simulator.mcp.client import refuse
from pytest_tavus.spans import Loc, format_loc

Schema = Mapping[str, Any]
"""A JSON Schema, or the properties of one by their names."""

_KINDS: Mapping[type, str] = MappingProxyType(
    {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}
)

_READERS: Mapping[str, TypeAdapter[Any]] = MappingProxyType(
    {"boolean": TypeAdapter(bool), "integer": TypeAdapter(int), "number": TypeAdapter(float)}
)


def read_arguments(schema: Schema, given: JsonMapping) -> dict[str, Any]:
    """Return the arguments, read as the schema's types, with the schema's defaults.

    Raises `ToolRefusal` with every fault and its path.
    """
    properties: Schema = schema.get("properties", {})
    read: JsonObject = {}
    faults: dict[str, None] = {}
    for name, value in given.items():
        kinds = _kinds(properties.get(name, {}))
        try:
            read[name] = _read(kinds, value)
        except ValueError:
            read[name] = value
            faults[f"{name}: expected {' or '.join(kinds)}, found {_kind(value)}"] = None
    faults |= dict.fromkeys(_describe_faults(schema, read))
    if faults:
        refuse("; ".join(faults))
    defaults = {name: each.get("default") for name, each in properties.items()}
    return {**defaults, **read}


def _kinds(schema: Schema) -> list[str]:
    return [str(each.get("type")) for each in schema.get("anyOf", [schema])]


def _read(kinds: list[str], value: Json) -> Json:
    """Return a value read as one of these types; as it is where none of them is a scalar's.

    Raises `ValueError` for what cannot be read.
    """
    reader = next((_READERS[kind] for kind in kinds if kind in _READERS), None)
    if reader is None or (value is None and "null" in kinds):
        return value
    found: Json = reader.validate_python(value)
    if isinstance(found, float) and not math.isfinite(found):
        # Such a number could not be sent on: JSON has none, and the official server fails there.
        raise ValueError(found)
    return found


def split_names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def pick_non_null(fields: JsonMapping, *names: str) -> JsonObject:
    """Return those of the fields, or of all of them, that are not null."""
    return {name: fields[name] for name in names or fields if fields[name] is not None}


def pick_non_empty(fields: JsonMapping, *names: str) -> JsonObject:
    """Return those of the fields, or of all of them, that are neither null nor empty."""
    return {name: fields[name] for name in names or fields if fields[name]}


def _describe_faults(schema: Schema, value: Json, at: Loc = ()) -> Iterator[str]:
    for fault in validator(schema).iter_errors(value):
        path = tuple(fault.absolute_path)
        part = _schema_at(schema, path)
        match fault.validator:
            case "required":
                for name in (name for name in part["required"] if name not in fault.instance):
                    yield f"{format_loc((*at, *path, name))}: the argument is missing"
            case "additionalProperties":
                yield from _describe_unknown(
                    fault.instance, part.get("properties", {}), (*at, *path)
                )
            case "anyOf":
                yield from _describe_choice(fault, (*at, *path))
            case _:
                yield _describe_unexpected(fault, (*at, *path))


def _describe_unknown(value: JsonMapping, known: Schema, at: Loc) -> Iterator[str]:
    for name in (name for name in value if name not in known):
        close = did_you_mean(name, known)
        told = f"{format_loc((*at, name))}: there is no such argument"
        yield f"{told}, {close}" if close else told


def _describe_choice(fault: SchemaFault, at: Loc) -> Iterator[str]:
    """Tell what is wrong inside the alternative that was meant, where one was."""
    kind = _kind(fault.instance)
    meant = next((each for each in fault.validator_value if each.get("type") == kind), None)
    if meant is None:
        yield _describe_unexpected(fault, at)
    else:
        yield from _describe_faults(meant, fault.instance, at)


def _describe_unexpected(fault: SchemaFault, at: Loc) -> str:
    """Say what was expected. A value is shown only where its words are known: it may be secret."""
    place = format_loc(at) or "the arguments"
    return f"{place}: expected {_describe_expected(fault)}, found {_describe_found(fault)}"


def _describe_expected(fault: SchemaFault) -> str:
    value = fault.validator_value
    match fault.validator:
        case "enum":
            return "one of " + ", ".join(repr(each) for each in value)
        case "anyOf":
            return " or ".join(str(each.get("type")) for each in value)
        case "minLength":
            return "text that is not empty"
        case _:
            return str(value)


def _describe_found(fault: SchemaFault) -> str:
    text = repr(fault.instance)
    if fault.validator in {"enum", "minLength"} and len(text) <= 60:
        return text
    return _kind(fault.instance)


def _kind(value: object) -> str:
    """Name the type of a value as JSON Schema does."""
    if json_object(value) is not None:
        return "object"
    if json_list(value) is not None:
        return "array"
    return _KINDS.get(type(value), "something else")


def _schema_at(schema: Schema, path: Loc) -> Schema:
    """Return the schema of what stands at a path."""
    part = schema
    for step in path:
        known: Schema = part.get("properties", {})
        part = part.get("items", {}) if isinstance(step, int) else known.get(step, {})
    return part
