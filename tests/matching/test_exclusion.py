"""A matcher that nothing can match, or that everything matches, is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.matching.compare import matches
from pytest_tavus.matching.matchers.registry import build_matcher
from pytest_tavus.matching.matchers.structure import are_exclusive
from pytest_tavus.matching.text import ABSENT

ANY, ABSENT_VALUE = build_matcher("any", None), build_matcher("absent", None)

EXCLUSIVE: list[list[Any]] = [
    ["a", "b"],
    [1, True],
    [None, "a"],
    [build_matcher("re", "^A"), "B"],
    [ABSENT_VALUE, 3],
    [ABSENT_VALUE, build_matcher("gt", 3)],
    [3, build_matcher("not", 3)],
    [build_matcher("one_of", ["a", "b"]), build_matcher("one_of", ["c", "d"])],
    [build_matcher("all_of", ["a"]), "b"],
    [{"a": 1}, {"a": 2}],
    [{"a": {"x": 1}}, {"a": {"x": 2}}],
    [{"a": ABSENT_VALUE}, {"a": 1}],
    [{"a": 1}, 3],
    [{"a": 1}, [1]],
]

COMPATIBLE: list[list[Any]] = [
    ["a", "a"],
    [1, 1.0],
    [build_matcher("re", "^A"), "A1"],
    [build_matcher("one_of", ["a", "b"]), build_matcher("one_of", ["b", "c"])],
    [build_matcher("one_of", [ABSENT_VALUE, 3]), ANY],
    [{"a": 1}, {"b": 2}],
    [{"a": 1}, {"a": build_matcher("gt", 0)}],
    ["{saved.x}", "b"],
    [build_matcher("re", "^A{2}"), "B"],
    [build_matcher("one_of", [ABSENT_VALUE, "{env.A}"]), "x"],
    [{"a": "{env.A}"}, {"a": "x"}],
    [["{env.A}"], build_matcher("length", 1)],
]


@pytest.mark.parametrize("parts", EXCLUSIVE, ids=str)
def test_parts_that_exclude_one_another_are_refused(parts: list[Any]) -> None:
    with pytest.raises(ValueError, match=r"would match nothing: its parts exclude one another$"):
        build_matcher("all_of", parts)


@pytest.mark.parametrize("parts", COMPATIBLE, ids=str)
def test_parts_that_some_value_may_match_are_accepted(parts: list[Any]) -> None:
    assert build_matcher("all_of", parts).payload == tuple(parts)


VALUES = st.recursive(
    st.sampled_from([None, True, 0, 1, 1.0, "", "a", "b"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("xy"), inner),
    max_leaves=4,
)
PARTS = VALUES | st.one_of(
    st.just(ANY),
    st.just(ABSENT_VALUE),
    st.lists(VALUES, min_size=1, max_size=2).map(lambda some: build_matcher("one_of", some)),
    st.sampled_from(
        [
            build_matcher("gt", 0),
            build_matcher("re", "^a"),
            build_matcher("not", "a"),
            build_matcher("length", 1),
        ]
    ),
)


@given(st.lists(PARTS, min_size=1, max_size=3), VALUES | st.just(ABSENT))
def test_no_value_matches_parts_that_exclude_one_another(parts: list[Any], value: Any) -> None:
    if are_exclusive(parts):
        assert not all(matches(part, value) for part in parts)


def test_an_alternative_beside_any_value_is_refused() -> None:
    with pytest.raises(ValueError, match=r"would match what !any matches: write !any for that$"):
        build_matcher("one_of", [ANY, 3])
    assert build_matcher("one_of", [4, 3]).matches(3)
