"""Comparison is typed, recursive, and tells every place where two values part."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.matching.compare import FARTHEST, Mismatch, compare, distance, matches
from pytest_tavus.matching.matchers.registry import build_matcher
from pytest_tavus.matching.text import ABSENT, describe, format_yaml

SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-3, 3) | st.text(max_size=3)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ("1", 1),
        (1, "1"),
        (1, True),
        (True, 1),
        (0, False),
        (None, False),
        (None, ABSENT),
        (None, ""),
        ({}, []),
        ([], {}),
        ([1], [1, 2]),
        ("a", "A"),
        ({"a": None}, {}),
        ({"a": {"b": 1}}, {"a": {"b": True}}),
    ],
    ids=repr,
)
def test_values_of_different_kinds_are_never_equal(expected: Any, actual: Any) -> None:
    assert compare(expected, actual)
    assert not matches(expected, actual)


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (1, 1.0),
        (2.0, 2),
        (None, None),
        ({}, {"a": 1}),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}, "d": 3}),
        ([{"a": 1}], [{"a": 1, "b": 2}]),
        (("x",), ["x"]),
    ],
    ids=repr,
)
def test_mappings_are_subsets_and_numbers_equal_by_value(expected: Any, actual: Any) -> None:
    assert compare(expected, actual) == ()


def test_every_mismatch_has_its_path_and_both_values() -> None:
    expected = {"a": 1, "b": [{"c": "x"}, {"d": None}], "e": build_matcher("str", None)}
    actual = {"a": 2, "b": [{"c": "x"}, {}], "e": 5}
    assert compare(expected, actual) == (
        Mismatch(path=("a",), expected=1, actual=2),
        Mismatch(path=("b", 1, "d"), expected=None, actual=ABSENT),
        Mismatch(path=("e",), expected=build_matcher("str", None), actual=5),
    )


def test_exact_refuses_more_keys_at_every_depth() -> None:
    actual = {"a": {"b": 1, "c": 2}}
    assert compare({"a": {"b": 1}}, actual) == ()
    assert compare({"a": {"b": 1}}, actual, exact=True) == (
        Mismatch(path=("a", "c"), expected=ABSENT, actual=2),
    )


def test_only_an_exact_subtree_is_exact_and_its_mismatch_has_the_inner_path() -> None:
    expected = {"a": build_matcher("exact", {"b": 1})}
    assert compare(expected, {"a": {"b": 1}, "z": 0}) == ()
    assert compare(expected, {"a": {"b": 2, "c": 3}}) == (
        Mismatch(path=("a", "b"), expected=1, actual=2),
        Mismatch(path=("a", "c"), expected=ABSENT, actual=3),
    )


def test_an_exact_comparison_reaches_into_matchers() -> None:
    expected = {"items": build_matcher("unordered", [{"sku": 1}])}
    actual = {"items": [{"sku": 1, "n": 2}]}
    assert compare(expected, actual) == ()
    assert len(compare(expected, actual, exact=True)) == 1


@given(VALUES)
def test_every_value_matches_itself_exactly(value: Any) -> None:
    assert compare(value, value, exact=True) == ()


@given(VALUES, VALUES, st.booleans())
def test_distance_is_zero_exactly_where_values_match(
    expected: Any, actual: Any, exact: bool
) -> None:
    apart = distance(expected, actual, exact=exact)
    assert (apart == 0) == (compare(expected, actual, exact=exact) == ())
    assert 0 <= apart <= FARTHEST
    assert matches(expected, actual, exact=exact) == (apart == 0)


@given(st.dictionaries(st.sampled_from("abcd"), SCALARS), st.sampled_from("abcd"))
def test_leaving_out_an_expected_key_never_matches(value: dict[str, Any], key: str) -> None:
    rest = {name: item for name, item in value.items() if name != key}
    assert compare({**rest, key: None}, rest) == (
        Mismatch(path=(key,), expected=None, actual=ABSENT),
    )


def test_a_near_miss_is_closer_than_a_far_one() -> None:
    expected = {"order_id": "A-10428"}
    near = distance(expected, {"order_id": "A-10429"})
    far = distance(expected, {"order_id": "hello"})
    other = distance(expected, {"order_id": 5})
    assert near < far < other < distance(expected, {}) == FARTHEST


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("A-10428", "'A-10428' (text)"),
        ("it's", '"it\'s" (text)'),
        ('it\'s "it"', "'it''s \"it\"' (text)"),
        ("a\nb", '"a\\nb" (text)'),
        (3, "3 (number)"),
        (1.5, "1.5 (number)"),
        (True, "true (boolean)"),
        (None, "null"),
        (ABSENT, "absent"),
        ([1, "x"], "[1, x] (list)"),
        ({"a": "1"}, "{a: '1'} (mapping)"),
        (build_matcher("re", "^A-"), "!re '^A-'"),
        ("x" * 100, f"'{'x' * 96}'… (text of 100 characters)"),
        ([10**9] * 20, f"{format_yaml([10**9] * 20)[:96]}… (list)"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_value_is_described_with_its_type(value: Any, text: str) -> None:
    assert describe(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("yes", "'yes'"),
        ("12", "'12'"),
        ("", "''"),
        ("out for delivery", "out for delivery"),
        ("a: b", "'a: b'"),
        ({"a b": [None, False, "No"]}, "{a b: [null, false, 'No']}"),
    ],
)
def test_a_value_is_written_as_yaml_that_reads_back_as_itself(value: Any, text: str) -> None:
    assert format_yaml(value) == text
