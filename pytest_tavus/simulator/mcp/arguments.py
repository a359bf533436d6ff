"""Reads the arguments of a tool as the official server does, and checks them against the schema.

An integer, a number or a boolean may arrive as another scalar, such as the text ``"25"``. Texts,
lists, objects and enums are not converted, so that ``5`` is no text and ``"[]"`` no list. Both were
seen at tavus-mcp 0.11.0, whose library reads arguments with pydantic [client].
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
"""A JSON Schema, or the properties of a schema by their names."""

_KINDS: Mapping[type, str] = MappingProxyType(
    {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}
)

_READERS: Mapping[str, TypeAdapter[Any]] = MappingProxyType(
    {"boolean": TypeAdapter(bool), "integer": TypeAdapter(int), "number": TypeAdapter(float)}
)


def read_arguments(schema: Schema, arguments: JsonMapping) -> dict[str, Any]:
    """Convert the arguments to the types of the schema, and add the defaults of the schema.

    Raises `ToolRefusal` with every fault and its path.
    """
    properties: Schema = schema.get("properties", {})
    read: JsonObject = {}
    # Keys of a dict, because conversion and schema can find the same fault.
    faults: dict[str, None] = {}
    for name, value in arguments.items():
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
    """Convert a value to the first scalar among these types; without a scalar, leave it as it is.

    Raises `ValueError` for a value that cannot be converted.
    """
    reader = next((_READERS[kind] for kind in kinds if kind in _READERS), None)
    if reader is None or (value is None and "null" in kinds):
        return value
    converted: Json = reader.validate_python(value)
    if isinstance(converted, float) and not math.isfinite(converted):
        # JSON has no such number, so the official server fails when it sends the request.
        raise ValueError(converted)
    return converted


def split_names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def pick_non_null(fields: JsonMapping, *names: str) -> JsonObject:
    """Return the fields that are not null, among `names` or among all."""
    return {name: fields[name] for name in names or fields if fields[name] is not None}


def pick_non_empty(fields: JsonMapping, *names: str) -> JsonObject:
    """Return the fields that are neither null nor empty, among `names` or among all."""
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
        sentence = f"{format_loc((*at, name))}: there is no such argument"
        yield f"{sentence}, {close}" if close else sentence


def _describe_choice(fault: SchemaFault, at: Loc) -> Iterator[str]:
    # An alternative of the same type is the likely intent, so its own faults say more.
    kind = _kind(fault.instance)
    likely = next((each for each in fault.validator_value if each.get("type") == kind), None)
    if likely is None:
        yield _describe_unexpected(fault, at)
    else:
        yield from _describe_faults(likely, fault.instance, at)


def _describe_unexpected(fault: SchemaFault, at: Loc) -> str:
    loc = format_loc(at) or "the arguments"
    return f"{loc}: expected {_describe_expected(fault)}, found {_describe_found(fault)}"


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
    # Any other value may be a secret, so only its type is shown.
    text = repr(fault.instance)
    if fault.validator in {"enum", "minLength"} and len(text) <= 60:
        return text
    return _kind(fault.instance)


def _kind(value: object) -> str:
    """Return the type of a value in the words of JSON Schema."""
    if json_object(value) is not None:
        return "object"
    if json_list(value) is not None:
        return "array"
    return _KINDS.get(type(value), "something else")


def _schema_at(schema: Schema, path: Loc) -> Schema:
    part = schema
    for step in path:
        known: Schema = part.get("properties", {})
        part = part.get("items", {}) if isinstance(step, int) else known.get(step, {})
    return part
