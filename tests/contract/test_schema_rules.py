from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from pytest_tavus.contract.schema.plain_schema import is_plain_schema
from pytest_tavus.contract.schema.rules import schema_problems
from tests.contract.samples import PARAMETERS, told

GOOD: list[dict[str, Any]] = [
    {},
    {"type": "object"},
    PARAMETERS,
    {"type": "object", "properties": {"a": {"const": 1}, "b": {"enum": ["x"]}}},
    {"type": "object", "properties": {"a": {"type": ["string", "null"]}}, "x-own": 1},
    {"type": "object", "properties": {"a": {"properties": {"tavus_deep": {}}}}},
]


@pytest.mark.parametrize("parameters", GOOD)
def test_a_schema_of_type_object_is_accepted(parameters: dict[str, Any]) -> None:
    assert told(schema_problems(parameters)) == []


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        (
            {"properties": {}},
            [
                (
                    "parameters.type",
                    "the parameters must be a JSON Schema of type 'object', found no type",
                )
            ],
        ),
        (
            {"type": "array"},
            [
                (
                    "parameters.type",
                    "the parameters must be a JSON Schema of type 'object', found type 'array'",
                )
            ],
        ),
        (
            {"type": "object", "properties": {"a": {"type": "strng"}}},
            [
                (
                    "parameters.properties.a.type",
                    (
                        "'strng' is not a JSON Schema type: "
                        "expected array, boolean, integer, null, number, object, string"
                    ),
                )
            ],
        ),
        (
            {"type": "object", "required": "order_id"},
            [
                (
                    "parameters.required",
                    "this is not a valid JSON Schema: 'order_id' is not of type 'array'",
                )
            ],
        ),
        (
            {"type": "object", "properties": {"tavus_id": {}, "order_id": {}}},
            [
                (
                    "parameters.properties.tavus_id",
                    (
                        "the parameter name 'tavus_id' is reserved: "
                        "names that begin with 'tavus_' belong to Tavus"
                    ),
                )
            ],
        ),
        (
            {"type": "object", "default": float("nan")},
            [
                (
                    "parameters",
                    "the parameters cannot be written as JSON: expected text keys and JSON values",
                )
            ],
        ),
        (
            {"type": "object", "properties": {"a": {1: 2, "b": 3}}},
            [
                (
                    "parameters",
                    "the parameters cannot be written as JSON: expected text keys and JSON values",
                )
            ],
        ),
    ],
)
def test_what_is_no_schema_of_type_object_is_refused_at_its_place(
    parameters: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert told(schema_problems(parameters)) == expected


def test_every_fault_of_a_schema_is_told_once() -> None:
    parameters = {
        "type": "object",
        "properties": {"a": {"type": "text"}, "b": {"minimum": "1"}, "tavus_c": {}},
        "required": [1],
    }
    assert [place for place, _ in told(schema_problems(parameters))] == [
        "parameters.properties.a.type",
        "parameters.properties.b.minimum",
        "parameters.required[0]",
        "parameters.properties.tavus_c",
    ]


def test_a_misspelt_type_names_the_one_it_resembles() -> None:
    (problem,) = schema_problems({"type": "object", "properties": {"a": {"type": "strng"}}})
    assert problem.hint == "did you mean 'string'?"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["type", "properties", "required", "items"]), json_values))
def test_no_schema_is_beyond_judgement(parameters: dict[str, Any]) -> None:
    found = list(schema_problems(parameters))
    assert all(problem.loc[0] == "parameters" for problem in found)
    assert not found or parameters


KEYWORDS = (
    *("type", "properties", "required", "additionalProperties", "items", "anyOf", "enum"),
    *("default", "description", "minimum", "minLength", "uniqueItems", "other", "$ref"),
)
TYPES = ["string", "object", "text"]

near_schemas = st.recursive(
    json_values | st.sampled_from(TYPES) | st.lists(st.sampled_from(TYPES), max_size=2),
    lambda inner: (
        st.dictionaries(st.sampled_from(KEYWORDS), inner, max_size=4) | st.lists(inner, max_size=2)
    ),
    max_leaves=8,
)


@given(near_schemas)
def test_what_is_told_at_once_to_be_a_schema_passes_the_metaschema(value: Any) -> None:
    if is_plain_schema(value):
        Draft202012Validator.check_schema(value)


@pytest.mark.parametrize(
    "schema",
    [
        True,
        {"type": "object", "properties": {"a": {"type": ["string", "null"]}}, "required": ["a"]},
        {"type": "array", "items": {"enum": ["a", 1], "description": "a"}, "minItems": 1},
        {"anyOf": [{"type": "number", "minimum": 0.5}, {"const": None}], "default": None},
        {"type": "string", "format": "date", "pattern": "a", "title": "a", "examples": ["a"]},
        {"additionalProperties": False, "properties": {}, "required": []},
    ],
)
def test_a_schema_as_tools_have_it_is_told_at_once(schema: Any) -> None:
    assert is_plain_schema(schema)


@pytest.mark.parametrize(
    "schema",
    [
        "object",
        {"type": []},
        {"type": ["string", "string"]},
        {"type": "text"},
        {"required": ["a", "a"]},
        {"required": [1]},
        {"minLength": -1},
        {"minLength": True},
        {"anyOf": []},
        {"properties": {"a": {"minimum": "1"}}},
        {"$ref": "#/properties/a"},
    ],
)
def test_anything_else_is_left_to_the_metaschema(schema: Any) -> None:
    assert not is_plain_schema(schema)
