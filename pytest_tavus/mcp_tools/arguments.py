"""The arguments of a tool, held against its recorded schema.

The official server also takes what can be read as the right type, such as the text ``"25"`` for a
number; here the schema is the law. That is stricter, and a caller that passes here passes there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, cast

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.contract.dialect import SchemaFault, validator
from pytest_tavus.errors import did_you_mean
from pytest_tavus.mcp_tools.client import refuse
from pytest_tavus.spans import Loc, dotted

Arguments = Mapping[str, Any]
"""The arguments of one call, with the defaults of those that were not given."""

_KINDS: Mapping[type, str] = MappingProxyType(
    {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}
)


def checked_arguments(schema: Mapping[str, Any], given: Any) -> Arguments:
    """Return the arguments with the schema's defaults.

    Raises:
        ToolRefusal: they are not as the schema says; every fault is told, with its path.

    """
    faults = dict.fromkeys(_faults(schema, given))
    if faults:
        refuse("; ".join(faults))
    properties: Mapping[str, Any] = schema.get("properties", {})
    defaults = {name: each.get("default") for name, each in properties.items()}
    return MappingProxyType({**defaults, **given})


def chosen(arguments: Arguments, *names: str) -> dict[str, Any]:
    """Return those of the arguments that are not null."""
    return {name: arguments[name] for name in names if arguments[name] is not None}


def filled(arguments: Arguments, *names: str) -> dict[str, Any]:
    """Return those of the arguments that are neither null nor empty."""
    return {name: arguments[name] for name in names if arguments[name]}


def _faults(schema: Mapping[str, Any], value: Any, at: Loc = ()) -> Iterator[str]:
    for fault in validator(schema).iter_errors(value):
        path = tuple(fault.absolute_path)
        part = _part(schema, path)
        match fault.validator:
            case "required":
                for name in (name for name in part["required"] if name not in fault.instance):
                    yield f"{dotted((*at, *path, name))}: the argument is missing"
            case "additionalProperties":
                yield from _unknown(fault.instance, part.get("properties", {}), (*at, *path))
            case "anyOf":
                yield from _of_choice(fault, (*at, *path))
            case _:
                yield _unexpected(fault, (*at, *path))


def _unknown(value: Mapping[str, Any], known: Mapping[str, Any], at: Loc) -> Iterator[str]:
    for name in (name for name in value if name not in known):
        close = did_you_mean(name, known)
        told = f"{dotted((*at, name))}: there is no such argument"
        yield f"{told}, {close}" if close else told


def _of_choice(fault: SchemaFault, at: Loc) -> Iterator[str]:
    """Tell what is wrong inside the alternative that was meant, where one was."""
    kind = _kind(fault.instance)
    meant = next((each for each in fault.validator_value if each.get("type") == kind), None)
    if meant is None:
        yield _unexpected(fault, at)
    else:
        yield from _faults(meant, fault.instance, at)


def _unexpected(fault: SchemaFault, at: Loc) -> str:
    """Say what was expected. A value is shown only where its words are known: it may be secret."""
    return f"{dotted(at) or 'the arguments'}: expected {_wanted(fault)}, found {_found(fault)}"


def _wanted(fault: SchemaFault) -> str:
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


def _found(fault: SchemaFault) -> str:
    text = repr(fault.instance)
    if fault.validator in {"enum", "minLength"} and len(text) <= 60:
        return text
    return _kind(fault.instance)


def _kind(value: Any) -> str:
    """Name the type of a value as JSON Schema does."""
    if json_object(value) is not None:
        return "object"
    if json_list(value) is not None:
        return "array"
    return _KINDS.get(cast("type[object]", type(value)), "something else")


def _part(schema: Mapping[str, Any], path: Loc) -> Mapping[str, Any]:
    """Return the schema of what stands at a path."""
    part = schema
    for step in path:
        known: Mapping[str, Any] = part.get("properties", {})
        part = part.get("items", {}) if isinstance(step, int) else known.get(step, {})
    return part
