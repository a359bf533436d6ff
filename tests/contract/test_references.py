"""References and patterns of a tool's parameters: refused where they stand, and never fetched."""

# ruff: noqa: E501 - a case is a line

from __future__ import annotations

import urllib.request
from typing import Any

import pytest

from pytest_tavus.contract.schema.dialect import validator
from pytest_tavus.contract.schema.rules import schema_problems
from tests.contract.samples import told


def tool(ref: str, **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"order": {"$ref": ref}}, **more}


ADDRESS = {"type": "object", "properties": {"city": {"type": "string"}}}
NODE = {
    "type": "object",
    "properties": {"below": {"type": "array", "items": {"$ref": "#/$defs/n"}}},
}

GOOD: list[dict[str, Any]] = [
    tool("#/$defs/a", **{"$defs": {"a": ADDRESS}}),
    tool("#home", **{"$defs": {"a": {**ADDRESS, "$anchor": "home"}}}),
    tool("#/$defs/n", **{"$defs": {"n": NODE}}),
    tool("#"),
    tool("#/$defs/yes", **{"$defs": {"yes": True}}),
    tool("#/$defs/a", **{"$id": "https://shop.example/order", "$defs": {"a": ADDRESS}}),
    tool(
        "https://shop.example/order#/$defs/a",
        **{"$id": "https://shop.example/order", "$defs": {"a": ADDRESS}},
    ),
    tool("#/x-own/a", **{"x-own": {"a": ADDRESS}}),
    {"type": "object", "properties": {"$ref": {"type": "string"}}},
    {"type": "object", "const": {"$ref": "http://shop.example"}},
]


@pytest.mark.parametrize("parameters", GOOD, ids=str)
def test_a_reference_that_leads_to_a_schema_is_accepted(parameters: dict[str, Any]) -> None:
    assert told(schema_problems(parameters)) == []


REMOTE = "leads out of these parameters, and nothing is ever fetched"


@pytest.mark.parametrize(
    ("parameters", "place", "message"),
    [
        (tool("http://127.0.0.1:9/a.json"), "properties.order.$ref", REMOTE),
        (tool("https://json-schema.org/draft/2020-12/schema"), "properties.order.$ref", REMOTE),
        (tool("file:///etc/passwd"), "properties.order.$ref", REMOTE),
        (tool("address.json#/a"), "properties.order.$ref", REMOTE),
        (tool("#/$defs/a"), "properties.order.$ref", "there is no such place"),
        (tool("#nowhere"), "properties.order.$ref", "there is no such place"),
        (tool("#/$defs/a", **{"$defs": {"b": {}}}), "properties.order.$ref", "no such place"),
        (tool("#/required/0", required=["order"]), "properties.order.$ref", "is no schema"),
        (tool("#/x-own", **{"x-own": {"type": "strng"}}), "properties.order.$ref", "is no schema"),
        (tool("#/x-own", **{"x-own": {"$ref": "#/x"}}), "properties.order.$ref.$ref", "no such place"),
        ({"type": "object", "$ref": "#"}, "$ref", "leads back to itself"),
        (tool("#/properties/order"), "properties.order.$ref", "leads back to itself"),
        (
            tool("#/$defs/a", **{"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}),
            "$defs.b.$ref",
            "leads back to itself",
        ),
        (
            tool("#/$defs/a", **{"$defs": {"a": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/a"}]}}}),
            "$defs.a.anyOf[1].$ref",
            "leads back to itself",
        ),
        (
            {"type": "object", "properties": {"a": {"not": {"$dynamicRef": "#/properties/a"}}}},
            "properties.a.not.$dynamicRef",
            "leads back to itself",
        ),
    ],
)  # fmt: skip
def test_a_reference_that_leads_to_no_schema_is_refused_where_it_stands(
    parameters: dict[str, Any], place: str, message: str
) -> None:
    ((found, said),) = told(schema_problems(parameters))
    assert found == f"parameters.{place}"
    assert message in said


@pytest.mark.parametrize(
    ("parameters", "place"),
    [
        ({"type": "object", "properties": {"a": {"pattern": "("}}}, "properties.a.pattern"),
        ({"type": "object", "properties": {"a": {"pattern": r"\Aa\Z"}}}, "properties.a.pattern"),
        ({"type": "object", "patternProperties": {"(?i)x": {}}}, "patternProperties.(?i)x"),
        ({"type": "object", "x": 1, "items": {"anyOf": [{"pattern": "a++"}]}}, "items.anyOf[0].pattern"),
    ],
)  # fmt: skip
def test_a_pattern_that_is_not_of_ecma_is_refused_where_it_stands(
    parameters: dict[str, Any], place: str
) -> None:
    ((found, said),) = told(schema_problems(parameters))
    assert found == f"parameters.{place}"
    assert "is not a pattern of JSON Schema, which are those of ECMA-262" in said


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(urllib.request, "urlopen", asked.append)
    remote = tool("http://127.0.0.1:9/a.json")
    assert len(told(schema_problems(remote))) == 1
    with pytest.raises(Exception, match="127"):
        list(validator(remote).iter_errors({"order": 1}))
    assert asked == []


def test_patterns_are_held_as_ecma_means_them() -> None:
    schema = {
        "properties": {"id": {"pattern": r"^\d+$"}},
        "patternProperties": {r"^x_\d$": {"type": "string"}},
        "additionalProperties": False,
    }
    ready = validator(schema)
    assert list(ready.iter_errors({"id": "42", "x_1": "y"})) == []
    for bad in ({"id": "42\n"}, {"id": "٣"}, {"x_1": 7}, {"x_1\n": "y"}):
        (error,) = ready.iter_errors(bad)
        assert error.message
    (error,) = ready.iter_errors({"id": "x"})
    assert (error.message, error.validator_value) == (r"'x' does not match '^\\d+$'", r"^\d+$")


def test_a_long_chain_of_references_is_followed_to_its_end() -> None:
    names = {f"n{index}": {"$ref": f"#/$defs/n{index + 1}"} for index in range(2000)}
    parameters = tool("#/$defs/n0", **{"$defs": {**names, "n2000": ADDRESS}})
    assert told(schema_problems(parameters)) == []
