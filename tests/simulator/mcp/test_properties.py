"""Whatever a tool is called with, what comes of it is a result."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_tavus.contract.schema.dialect import validator
from tests.simulator.mcp.box import DEFINITIONS
from tests.simulator.mcp.filled_account import Ids, fill_account
from tests.strategies import json_objects, json_text, json_values

EVERY_TOOL = pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d["name"])
WORDS = ("type", "anyOf", "enum", "items", "properties", "required", "additionalProperties")
OTHER_WORDS = ("default", "description", "minLength")

# An id of something that is there, whatever it is, is filled in where the text asks for it.
TEXTS = st.sampled_from([f"{{{field.name}}}" for field in fields(Ids)]) | json_text.filter(bool)
NOT_WAITED_FOR = {"timeout_s": st.just(0.01), "max_rounds": st.integers(max_value=2)}
PLAIN: Mapping[str, st.SearchStrategy[Any]] = {
    "string": TEXTS,
    "integer": st.integers(),
    "number": st.floats(allow_nan=False),
    "boolean": st.booleans(),
    "null": st.none(),
}


def of_schema(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Values of a schema, as far as schemas of tools go."""
    assert set(schema) <= {*WORDS, *OTHER_WORDS}, schema
    if "anyOf" in schema:
        return st.one_of([of_schema(each) for each in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema["type"] == "array":
        return st.lists(of_schema(schema["items"]), max_size=3)
    return _object(schema) if schema["type"] == "object" else PLAIN[schema["type"]]


def _object(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    properties: Mapping[str, Any] = schema.get("properties", {})
    values = {name: NOT_WAITED_FOR.get(name, of_schema(each)) for name, each in properties.items()}
    others: Any = schema.get("additionalProperties")
    if others is not False:
        inner = json_values if others is True else of_schema(others)
        return st.dictionaries(TEXTS, inner, max_size=3)
    required = {name: values.pop(name) for name in schema.get("required", ())}
    return st.fixed_dictionaries(required, optional=values)


def called(name: str, arguments: dict[str, Any]) -> None:
    """Call a tool on an account with things; anything but a result fails the test."""

    async def call() -> None:
        async with fill_account() as account:
            result = await account.toolbox.box.call(name, account.fill_ids(arguments))
            assert result.error is None or (result.error and result.value is None)
            json.dumps(result.value)

    asyncio.run(call())


@EVERY_TOOL
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_arguments_of_the_schema_give_a_result(
    definition: dict[str, Any], data: st.DataObject
) -> None:
    schema = definition["inputSchema"]
    arguments = data.draw(of_schema(schema))
    assert not list(validator(schema).iter_errors(arguments))

    called(definition["name"], arguments)


@EVERY_TOOL
@settings(max_examples=5, deadline=None)
@given(arguments=json_objects, data=st.data(), value=json_values)
def test_arguments_of_any_kind_give_a_result(
    definition: dict[str, Any], arguments: dict[str, Any], data: st.DataObject, value: Any
) -> None:
    names = sorted(set(definition["inputSchema"]["properties"]) - set(NOT_WAITED_FOR))

    called(definition["name"], {**arguments, data.draw(st.sampled_from(names)): value})
