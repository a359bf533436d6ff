"""Refuses `never` and `!absent` of impossible calls, because such an expectation always holds.

No model calls a tool with an argument of another type, outside its `enum`, or under a name that the
tool does not declare.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.errors import did_you_mean
from pytest_tavus.matching.compare import matches
from pytest_tavus.matching.matcher import Matcher, list_parts
from pytest_tavus.matching.matchers.presence import AbsentValue
from pytest_tavus.matching.shape import is_list, is_mapping
from pytest_tavus.matching.text import describe
from pytest_tavus.scenario.rules.arguments import OPEN
from pytest_tavus.scenario.rules.rule import RuleContext, list_expected_calls
from pytest_tavus.scenario.values.matcher_values import matchers_in
from pytest_tavus.scenario.values.templates import has_placeholders
from pytest_tavus.spans import Loc

Impossible = tuple[Loc, str, "str | None"]
"""A path, the reason as a sentence, and a hint."""

TYPES_BY_TAG: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **dict.fromkeys(
            ("str", "re", "fullmatch", "starts_with", "ends_with", "uuid", "date", "datetime"),
            ("string",),
        ),
        "int": ("integer", "number"),
        **dict.fromkeys(
            ("number", "approx", "gt", "ge", "lt", "le", "between"), ("integer", "number")
        ),
        "bool": ("boolean",),
        "list": ("array",),
        "unordered": ("array",),
        "dict": ("object",),
        "null": ("null",),
        "contains": ("string", "array"),
        "length": ("string", "array", "object"),
    }
)
"""By the tag of a matcher, the JSON Schema types of the values that it can match."""

ANY_TYPE = frozenset({"absent", "all_of", "any", "exact", "not", "one_of"})
"""The tags of matchers whose types depend on their payload, or that match every type."""


def check_calls_possible(ruled: RuleContext) -> None:
    """Refuse a `never` that no call can meet, and `!absent` of an impossible argument."""
    scenario = ruled.scenario
    if "argument_schema" in scenario.unchecked:
        return
    turns = [turn for turn in scenario.turns if "argument_schema" not in turn.unchecked]
    for pattern in (*scenario.never, *(each for turn in turns for each in turn.never)):
        tool = scenario.pal.tool(pattern.tool)
        if tool is not None:
            _complain(ruled, (*pattern.at, "arguments"), check_can_be_met(tool, pattern.arguments))
    for turn in turns:
        for call in list_expected_calls(turn.calls):
            tool = scenario.pal.tool(call.tool)
            if tool is not None:
                _complain(ruled, (*call.at, "arguments"), _check_absences(tool, call.arguments))


def _complain(ruled: RuleContext, at: Loc, found: Iterator[Impossible]) -> None:
    for path, message, hint in found:
        ruled.complain((*at, *path), message, hint)


def check_can_be_met(tool: Tool, arguments: object) -> Iterator[Impossible]:
    """Yield the reasons why no call of the tool has these arguments."""
    for path, message, hint in check_satisfiable(tool.parameters, arguments):
        # `check_argument_names` reports an unknown argument itself.
        if len(path) > 1 or _find_subschema(tool.parameters, path) is not None:
            yield path, f"this can never be met: {message}", hint


def _check_absences(tool: Tool, arguments: object) -> Iterator[Impossible]:
    for path, matcher in matchers_in(arguments):
        if isinstance(matcher, AbsentValue):
            # From the second step, because `check_argument_names` reports the first.
            for length in range(2, len(path) + 1):
                around = _find_subschema(tool.parameters, path[: length - 1])
                if around is not None and (why := _check_name(around, path[length - 1])):
                    yield path, f"this is always absent: {why[0]}", why[1]
                    break


def check_satisfiable(schema: object, value: object, path: Loc = ()) -> Iterator[Impossible]:
    """Yield the reasons why no value of the schema matches; nothing if that is uncertain."""
    if not is_mapping(schema) or isinstance(value, AbsentValue) or has_placeholders(value):
        return
    if is_mapping(value):
        yield from _check_mapping(schema, value, path)
    elif is_list(value) and _allows_type(schema, "array"):
        for index, item in enumerate(value):
            yield from check_satisfiable(schema.get("items"), item, (*path, index))
    elif (why := _describe_conflict(schema, value)) is not None:
        yield path, why, None


def _check_mapping(
    schema: Mapping[str, object], value: Mapping[str, object], path: Loc
) -> Iterator[Impossible]:
    if not _allows_type(schema, "object"):
        yield path, f"{_describe_type(schema)}, and a mapping is none", None
        return
    properties, required = schema.get("properties"), schema.get("required")
    for name, item in value.items():
        undeclared = _check_name(schema, name)
        if isinstance(item, AbsentValue) and is_list(required) and name in required:
            yield (*path, name), f"{name!r} is required, so that it is never absent", None
        elif undeclared is not None:
            yield (*path, name), *undeclared
        elif is_mapping(properties) and name in properties:
            yield from check_satisfiable(properties[name], item, (*path, name))


def _check_name(schema: Mapping[str, object], name: object) -> tuple[str, str] | None:
    """Return message and hint for a name that the schema cannot have."""
    properties = schema.get("properties")
    if not is_mapping(properties) or name in properties or not OPEN.isdisjoint(schema):
        return None
    known = ", ".join(map(str, properties)) or "none"
    hint = did_you_mean(str(name), map(str, properties)) or f"the names here are: {known}"
    return f"nothing is declared under the name {name!r}", hint


def _find_subschema(schema: object, path: Loc) -> Mapping[str, object] | None:
    for step in path:
        if not is_mapping(schema):
            return None
        below = schema.get("items") if isinstance(step, int) else schema.get("properties")
        is_named = not isinstance(step, int)
        schema = below.get(step) if is_named and is_mapping(below) else below
    return schema if is_mapping(schema) else None


def _describe_conflict(schema: Mapping[str, object], value: object) -> str | None:
    """Say why the schema cannot allow a scalar, a list or a match of a matcher."""
    if isinstance(value, Matcher) and value.tag == "one_of":
        whys = [next(check_satisfiable(schema, item), None) for item in list_parts(value)]
        return None if None in whys else f"{_describe_type(schema)}, and {value!r} is none of it"
    if isinstance(value, Matcher) and value.tag == "all_of":
        parts = list_parts(value)
        return next((why for part in parts for _, why, _ in check_satisfiable(schema, part)), None)
    types = TYPES_BY_TAG.get(value.tag) if isinstance(value, Matcher) else _types_of(value)
    shown = repr(value) if isinstance(value, Matcher) else describe(value)
    if types is not None and not any(_allows_type(schema, kind) for kind in types):
        return f"{_describe_type(schema)}, and {shown} is none"
    enum = schema.get("enum")
    if is_list(enum) and not any(matches(value, item) for item in enum):
        return f"{shown} is not one of {', '.join(map(describe, enum))}"
    return None


def _types_of(value: object) -> tuple[str, ...]:
    if value is None:
        return ("null",)
    if isinstance(value, bool):
        return ("boolean",)
    if isinstance(value, int | float):
        return ("integer", "number") if value == int(value) else ("number",)
    return ("string",) if isinstance(value, str) else ("array",)


def _allows_type(schema: Mapping[str, object], kind: str) -> bool:
    kinds = schema.get("type")
    named = [kinds] if isinstance(kinds, str) else kinds
    return not is_list(named) or kind in named


def _describe_type(schema: Mapping[str, object]) -> str:
    kinds = schema.get("type")
    return f"it is declared as {' or '.join(map(str, kinds)) if is_list(kinds) else kinds}"
