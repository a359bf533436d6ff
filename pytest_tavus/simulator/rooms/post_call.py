"""Arguments of post-call tools, which run once when a conversation with dialogue has ended.

[doc] pal/post-call-tool.
A property with `const` is passed unchanged. At Tavus a model fills the other properties from the
transcript; here a `Filling` does, with a plain default.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.json_data import Json, JsonMapping, JsonObject
from pytest_tavus.scenario.text.plain import is_dict, is_list

Filling = Callable[[Tool, Sequence[JsonMapping]], Awaitable[JsonMapping]]
"""Writes the arguments of a tool's open properties from the transcript."""

NOT_FOUND: Final = "NOTFOUND"
"""Tavus's word for a variable of an objective that the conversation did not bring up [doc]."""

_EMPTY: JsonMapping = {
    "string": NOT_FOUND,
    "integer": 0,
    "number": 0,
    "boolean": False,
    "array": [],
    "object": {},
    "null": None,
}


async def fill_with_defaults(tool: Tool, transcript: Sequence[JsonMapping]) -> JsonMapping:
    """Fill the required properties without the transcript.

    A property gets its default, the first value of its enum, or an empty value of its type; a text
    becomes ``NOTFOUND``.
    """
    del transcript
    required = tool.parameters.get("required")
    names = required if is_list(required) else []
    schemas = _properties(tool)
    return {name: _default_value(schemas.get(name)) for name in names if isinstance(name, str)}


async def fill_arguments(
    tool: Tool, transcript: Sequence[JsonMapping], filling: Filling
) -> JsonObject:
    """Return the arguments of a post-call tool; a `const` wins over the filling."""
    fixed = {
        name: schema["const"]
        for name, schema in _properties(tool).items()
        if is_dict(schema) and "const" in schema
    }
    return {**await filling(tool, transcript), **fixed}


def _properties(tool: Tool) -> JsonMapping:
    properties = tool.parameters.get("properties")
    return properties if is_dict(properties) else {}


def _default_value(schema: Json) -> Json:
    if not isinstance(schema, Mapping):
        return NOT_FOUND
    if "default" in schema:
        return schema["default"]
    choices = schema.get("enum")
    if is_list(choices) and choices:
        first: Json = choices[0]
        return first
    # `type` may be a list of types, of which any is valid.
    kind = schema.get("type", "string")
    return _EMPTY.get(str(kind[0] if is_list(kind) and kind else kind), NOT_FOUND)
