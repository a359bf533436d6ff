"""Which arguments are known to be valid without a validator."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.contract.schema.dialect import validator
from pytest_tavus.verdict.checks.schemas import is_plainly_valid

ORDER: dict[str, Any] = {
    "type": "object",
    "properties": {
        "order_id": {"type": "string"},
        "by": {"type": "string", "enum": ["mail", "phone"]},
        "rows": {"type": "array", "items": {"type": "integer"}},
        "on": {"type": "string", "format": "date"},
    },
    "required": ["order_id"],
}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"order_id": "A-10428"}, True),
        ({"order_id": "A-10428", "by": "mail", "rows": [1, 2], "more": None}, True),
        ({"by": "mail"}, False),
        ({"order_id": 10428}, False),
        ({"order_id": "A-10428", "on": "2030-01-31"}, True),
        ({"order_id": "A-10428", "on": "2030-01-32"}, False),
        ({"order_id": "A-10428", "by": "fax"}, False),
        ({"order_id": "A-10428", "rows": [1, "2"]}, False),
        ({"order_id": "A-10428", "rows": [True]}, False),
    ],
)
def test_common_schemas_need_no_validator(arguments: dict[str, Any], expected: bool) -> None:
    assert is_plainly_valid(ORDER, arguments) is expected


TYPES: list[Any] = ["string", "integer", "number", "boolean", "array", "object"]
COMBINED: list[Any] = ["object", "array", ["object", "null"]]
NAMES = st.sampled_from("abc")


SCALARS: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([1.0, 1.5, "x", "2030-01-31"])
)


@st.composite
def objects(draw: st.DrawFn, inner: st.SearchStrategy[Any]) -> dict[str, Any]:
    schema: dict[str, Any] = {"properties": draw(st.dictionaries(NAMES, inner, max_size=2))}
    keywords: dict[str, st.SearchStrategy[Any]] = {
        "type": st.sampled_from(COMBINED),
        "required": st.lists(NAMES, unique=True, max_size=2),
        "minProperties": st.integers(0, 2),
        "enum": st.lists(SCALARS, max_size=3),
        "items": inner,
        "additionalProperties": st.booleans() | inner,
        "format": st.just("date"),
    }
    for name in draw(st.lists(st.sampled_from(list(keywords)), unique=True)):
        schema[name] = draw(keywords[name])
    return schema


def plain(name: Any) -> dict[str, Any]:
    return {"type": name}


SCHEMAS: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from(TYPES).map(plain) | st.just({"enum": ["x", 1]}), objects, max_leaves=4
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=5,
)


@given(SCHEMAS, VALUES)
def test_a_plainly_valid_value_is_valid(schema: dict[str, Any], value: Any) -> None:
    if is_plainly_valid(schema, value):
        assert list(validator(schema).iter_errors(value)) == []
