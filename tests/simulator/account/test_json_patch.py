"""JSON Patch: what is a patch, what it does, how it fails."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.simulator.account.requests.api import ApiRefusal
from pytest_tavus.simulator.account.requests.json_patch import apply_patch, is_same_json, read_patch

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(max_size=3), JSON, max_size=4)


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        "[]",
        ["remove"],
        [{}],
        [{"op": "add", "path": "/a"}],
        [{"op": "melt", "path": "/a"}],
        [{"op": "remove", "path": "a"}],
        [{"op": "remove", "path": 1}],
        [{"op": "move", "path": "/a"}],
        [{"op": ["add"], "path": "/a", "value": 1}],
        [{"path": "/a", "value": 1}],
    ],
)
def test_a_body_that_is_no_patch_is_a_422(body: Any) -> None:
    with pytest.raises(ApiRefusal) as refused:
        read_patch(body)

    assert refused.value.status == 422
    assert refused.value.body == {"message": "Invalid JSON patch format"}


def test_operations_are_applied_in_their_order_to_a_copy() -> None:
    document = {"a": {"b": [1]}}

    result = apply_patch(
        document,
        read_patch(
            [
                {"op": "test", "path": "/a/b/0", "value": 1},
                {"op": "add", "path": "/a/b/-", "value": 2},
                {"op": "copy", "from": "/a/b", "path": "/c"},
                {"op": "remove", "path": "/a"},
            ]
        ),
    )

    assert result == {"c": [1, 2]}
    assert document == {"a": {"b": [1]}}


@pytest.mark.parametrize(
    ("operation", "sentence"),
    [
        (
            {"op": "replace", "path": "/z", "value": 1},
            "operation 0, replace '/z', cannot be applied: the pointer leads to no value",
        ),
        (
            {"op": "add", "path": "/a/b/c", "value": 1},
            "operation 0, add '/a/b/c', cannot be applied: the pointer leads to no value",
        ),
        (
            {"op": "add", "path": "/~2", "value": 1},
            "operation 0, add '/~2', cannot be applied: the pointer leads to no value",
        ),
        (
            {"op": "test", "path": "/a", "value": "guess"},
            "operation 0, test '/a', cannot be applied: the value there is different",
        ),
        ({"op": "replace", "path": "", "value": 1}, "the patch would leave no JSON object"),
    ],
)
def test_an_operation_that_cannot_be_applied_is_refused_by_name(
    operation: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ApiRefusal) as refused:
        apply_patch({"a": "secret"}, read_patch([operation]))

    assert (refused.value.status, refused.value.body) == (400, {"error": sentence})


def test_a_patch_cannot_grow_a_document_beyond_the_limit() -> None:
    bomb = [{"op": "copy", "from": "", "path": f"/{number}"} for number in range(60)]

    with pytest.raises(ApiRefusal) as refused:
        apply_patch({"a": "x" * 100}, read_patch(bomb))

    assert refused.value.body["error"].endswith("the document would become too large")


def test_copied_characters_count_even_if_the_document_does_not_grow() -> None:
    copies = [{"op": "copy", "from": "/a", "path": "/b"} for _ in range(12)]

    assert apply_patch({"a": "x" * 80_000}, read_patch(copies))["b"] == "x" * 80_000
    with pytest.raises(ApiRefusal) as refused:
        apply_patch({"a": "x" * 100_000}, read_patch(copies))

    assert refused.value.body["error"] == (
        "operation 10, copy '/b', cannot be applied: the document would become too large"
    )


def test_a_copy_from_a_missing_pointer_is_refused_by_name() -> None:
    with pytest.raises(ApiRefusal) as refused:
        apply_patch({"a": 1}, read_patch([{"op": "copy", "from": "/x/y", "path": "/b"}]))

    assert refused.value.body["error"].endswith("the pointer leads to no value")


def test_a_patch_with_too_many_operations_is_refused() -> None:
    operation = {"op": "test", "path": "", "value": "x"}

    with pytest.raises(ApiRefusal) as refused:
        read_patch([operation] * 1001)

    assert refused.value.body == {"error": "a patch can have at most 1000 operations, found 1001"}


@given(OBJECTS, OBJECTS)
def test_replacing_the_whole_document_gives_the_new_one(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    result = apply_patch(before, read_patch([{"op": "replace", "path": "", "value": after}]))

    assert is_same_json(result, after)


@given(OBJECTS)
def test_a_document_is_the_same_as_itself_in_any_order(document: dict[str, Any]) -> None:
    assert is_same_json(document, dict(reversed(document.items())))


def test_numbers_and_truth_are_different_json() -> None:
    assert not is_same_json({"a": 1}, {"a": True})
