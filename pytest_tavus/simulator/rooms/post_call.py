"""Post-call tools: run once when a conversation with any dialogue has ended.

[doc] pal/post-call-tool.
A property with `const` is passed unchanged; the open ones are filled from the transcript, at Tavus
by a model. Here that is a port, with a plain default.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.scenario.text.plain import is_dict, is_list

Filling = Callable[[Tool, Sequence[Mapping[str, Any]]], Awaitable[Mapping[str, Any]]]
"""Given a tool and the transcript, writes arguments for its open properties."""

NOT_FOUND: Final = "NOTFOUND"
"""Tavus's own word for what a conversation did not bring up [doc], of objectives."""

_EMPTY: Mapping[str, Any] = {
    "string": NOT_FOUND,
    "integer": 0,
    "number": 0,
    "boolean": False,
    "array": [],
    "object": {},
    "null": None,
}


async def fill_with_defaults(
    tool: Tool, transcript: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any]:
    """Fill what is required without reading a word: the default, the first of a list, or nothing.

    A text becomes ``NOTFOUND``.
    """
    del transcript
    required = tool.parameters.get("required")
    names = required if is_list(required) else []
    schemas = _properties(tool)
    return {name: _default_value(schemas.get(name)) for name in names if isinstance(name, str)}


async def fill_arguments(
    tool: Tool, transcript: Sequence[Mapping[str, Any]], filling: Filling
) -> dict[str, Any]:
    """Return the arguments of a post-call tool: the fixed ones always win."""
    fixed = {
        name: schema["const"]
        for name, schema in _properties(tool).items()
        if is_dict(schema) and "const" in schema
    }
    return {**await filling(tool, transcript), **fixed}


def _properties(tool: Tool) -> Mapping[str, Any]:
    properties = tool.parameters.get("properties")
    return properties if is_dict(properties) else {}


def _default_value(schema: object) -> Any:
    if not is_dict(schema):
        return NOT_FOUND
    if "default" in schema:
        return schema["default"]
    choices = schema.get("enum")
    if is_list(choices) and choices:
        return choices[0]
    kind = schema.get("type", "string")
    return _EMPTY.get(kind[0] if is_list(kind) and kind else str(kind), NOT_FOUND)
