"""Each matcher takes what it names, refuses the rest, and is refused where it has no teeth."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.matching.matcher import PlainMatcher
from pytest_tavus.matching.matchers.registry import MATCHERS, build_matcher
from pytest_tavus.matching.text import ABSENT

UUID = "0b5c6a52-5c1e-4f7c-9d58-2d2c9f6a1c11"


SAMPLES: list[tuple[str, Any, list[Any], list[Any]]] = [
    ("any", None, [None, 0, "", []], [ABSENT]),
    ("absent", None, [ABSENT], [None, "", 0]),
    ("null", None, [None], [ABSENT, 0, ""]),
    ("str", None, ["", "x"], [1, None, ["x"], ABSENT]),
    ("int", None, [1, 0, -2, 2.0], [1.5, True, "1", None, float("nan"), float("inf")]),
    ("number", None, [1, 1.5], [True, "1", None]),
    ("bool", None, [True, False], [0, 1, "true", None]),
    ("list", None, [[], [1]], ["ab", {}, None]),
    ("dict", None, [{}, {"a": 1}], [[], "a", None]),
    ("re", "^A-", ["A-1", "A-"], ["B-A-", 5, None, ABSENT]),
    ("re", "B", ["ABC"], ["AC"]),
    ("fullmatch", "[0-9]{4}", ["1234"], ["12345", 1234]),
    ("starts_with", "+49", ["+491"], ["49", 49]),
    ("ends_with", ".pdf", ["a.pdf"], ["a.pdfx", None]),
    ("contains", "b", ["abc", ["b"]], ["ac", ["abc"], 5, None, ABSENT]),
    ("contains", {"s": 1}, [[{"s": 1, "t": 2}]], [[], [{"s": 2}], {"s": 1}, "s"]),
    ("contains", ["a", "a"], [["a", "b", "a"]], [["a"], "aa"]),
    ("one_of", ["S", "M"], ["S", "M"], ["L", None, ABSENT]),
    ("not", "x", ["y", 1, None], ["x", ABSENT]),
    ("length", 2, ["ab", [1, 2], {"a": 1, "b": 2}], ["a", 2, None]),
    ("length", {"min": 1, "max": 2}, ["a", "ab"], ["", "abc"]),
    ("gt", 1, [2, 1.1], [1, True, "2"]),
    ("ge", 1, [1, 2], [0.9, True]),
    ("lt", 1, [0, 0.9], [1, False]),
    ("le", 1, [1, 0], [1.1, True]),
    ("between", [1, 3], [1, 2.5, 3], [0, 4, True, "2"]),
    ("approx", 19.99, [19.99, 19.990001], [20, "19.99", True]),
    ("approx", {"value": 10, "abs": 0.5}, [9.5, 10.5], [10.6]),
    ("approx", {"value": 10, "rel": 0.1}, [9, 11], [11.1, 10**400]),
    ("uuid", None, [UUID, UUID.upper()], [UUID[:-1], f"{{{UUID}}}", 5]),
    ("date", None, ["2030-01-31"], ["2030-02-30", "20300131", "2030-01-31T00:00:00", 5]),
    ("datetime", None, ["2030-01-31T09:30:00Z", "2030-01-31 09:30"], ["2030-01-31", "x", 5]),
    ("unordered", [1, {"a": 2}], [[1, {"a": 2}], [{"a": 2}, 1]], [[1], [1, 1], [1, 2, 3], 5]),
    ("exact", {"a": 1}, [{"a": 1}], [{"a": 1, "b": 2}, {}]),
    ("all_of", ["abc"], ["abc"], ["ab"]),
]


def test_every_matcher_has_a_sample() -> None:
    assert {tag for tag, *_ in SAMPLES} == MATCHERS.keys()


@pytest.mark.parametrize(("tag", "payload", "accepted", "refused"), SAMPLES, ids=str)
def test_a_matcher_accepts_and_refuses_values(
    tag: str, payload: Any, accepted: list[Any], refused: list[Any]
) -> None:
    matcher = build_matcher(tag, payload)
    assert [value for value in accepted if not matcher.matches(value)] == []
    assert [value for value in refused if matcher.matches(value)] == []


def test_every_matcher_has_a_docstring_with_an_example() -> None:
    assert [tag for tag, kind in MATCHERS.items() if "!" + tag not in (kind.__doc__ or "")] == []
    assert all(kind.takes for kind in MATCHERS.values())


@pytest.mark.parametrize(
    ("tag", "payload", "sentence"),
    [
        ("any", "x", "!any takes nothing, but x follows it"),
        ("re", "", "!re with an empty text would match every text: write !str for that"),
        ("re", 5, "!re takes a text, not 5 (number)"),
        (
            "re",
            "(",
            (
                "!re takes a regular expression, and '(' is none: "
                "missing ), unterminated subpattern at position 0"
            ),
        ),
        (
            "re",
            "a*",
            (
                "!re 'a*' would match every text: write !str for that, "
                "or !fullmatch for an expression that must cover the whole text"
            ),
        ),
        ("fullmatch", ".*", "!fullmatch '.*' would match every text: write !str for that"),
        (
            "contains",
            [],
            (
                "!contains takes a text, an element of a list, or a list of elements: "
                "[] (list) is in everything"
            ),
        ),
        ("one_of", "S", "!one_of takes a list with something in it, not 'S' (text)"),
        ("one_of", [], "!one_of takes a list with something in it, not [] (list)"),
        ("not", "", "!not takes the value or the matcher that must not match"),
        (
            "length",
            "3",
            "!length takes a whole number, or a mapping of min and max, not '3' (text)",
        ),
        ("length", {"min": 0}, "!length {min: 0} would match every length"),
        ("length", -1, "!length can never match a length of -1 (number)"),
        ("gt", "1", "!gt takes a number, not '1' (text)"),
        ("gt", True, "!gt takes a number, not true (boolean)"),
        ("gt", float("inf"), "!gt takes a finite number, not inf"),
        ("between", [3, 1], "!between [3, 1] can never match: 3 is higher"),
        (
            "between",
            5,
            "!between takes a list of two numbers, the lower one first, not 5 (number)",
        ),
        (
            "approx",
            {"value": 1},
            (
                "!approx takes a number, or a mapping of value and one of abs and rel, "
                "not {value: 1} (mapping)"
            ),
        ),
        ("approx", {"value": 1, "abs": -1}, "!approx: abs must not be negative, but is -1"),
        ("unordered", {}, "!unordered takes a list, not {} (mapping)"),
        ("exact", 1, "!exact takes a mapping or a list, not 1 (number)"),
        ("contians", "x", "!contians is not a matcher: did you mean 'contains'?"),
    ],
)
def test_a_matcher_that_matches_everything_or_nothing_is_refused(
    tag: str, payload: Any, sentence: str
) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        build_matcher(tag, payload)
    assert str(caught.value) == sentence


def test_a_choice_that_would_always_match_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^!one_of \[!any , !absent \] would match always$"):
        build_matcher("one_of", [build_matcher("any", None), build_matcher("absent", None)])


def test_an_unknown_tag_is_refused_with_a_list_of_all_tags() -> None:
    with pytest.raises(ValueError, match=r"^!zzzzzz is not a matcher: one of: !absent, !all_of, "):
        build_matcher("zzzzzz", None)


def test_an_optional_argument_is_written_as_a_choice() -> None:
    optional = build_matcher("one_of", [build_matcher("absent", None), "blue"])
    assert optional.matches(ABSENT)
    assert optional.matches("blue")
    assert not optional.matches(None)


@pytest.mark.parametrize(
    ("tag", "payload", "text"),
    [
        ("any", "", "!any"),
        ("re", "^A-", "!re '^A-'"),
        ("one_of", ["a", 1, None], "!one_of [a, 1, null]"),
        ("approx", {"value": 2, "abs": 0.1}, "!approx {value: 2, abs: 0.1}"),
        ("length", {"min": 1}, "!length {min: 1}"),
        ("not", None, "!not null"),
    ],
)
def test_the_repr_of_a_matcher_is_its_yaml(tag: str, payload: Any, text: str) -> None:
    assert repr(build_matcher(tag, payload)) == text


@pytest.mark.parametrize(
    ("tag", "payload"),
    [
        ("any", None),
        ("re", "x"),
        ("contains", {"a": [1]}),
        ("exact", {"a": 1}),
        ("between", [1, 2]),
    ],
)
def test_matchers_with_the_same_tag_and_payload_are_equal(tag: str, payload: Any) -> None:
    assert build_matcher(tag, payload) == build_matcher(tag, payload)
    assert hash(build_matcher(tag, payload)) == hash(build_matcher(tag, payload))
    assert build_matcher(tag, payload) == type(build_matcher(tag, payload)).from_payload(
        build_matcher(tag, payload).payload
    )


def test_a_tag_can_be_taken_only_once() -> None:
    message = "^!any is already AnyValue: .*Impostor needs another$"
    with pytest.raises(TypeError, match=message):

        @dataclass(frozen=True, slots=True)
        class Impostor(PlainMatcher):  # pyright: ignore[reportUnusedClass] - defining it is the test
            tag = "any"

            def matches(self, actual: Any) -> bool:
                return True


@given(st.lists(st.integers(0, 3), max_size=5), st.data())
def test_an_unordered_list_matches_each_of_its_permutations(
    items: list[int], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(items))
    assert build_matcher("unordered", items).matches(list(shuffled))


def test_elements_of_an_unordered_list_are_not_paired_greedily() -> None:
    wide, narrow = build_matcher("int", None), 1
    for expected in permutations([wide, narrow]):
        for actual in permutations([1, 2]):
            assert build_matcher("unordered", list(expected)).matches(list(actual))


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_every_number_is_close_to_itself(value: float) -> None:
    assert build_matcher("approx", value).matches(value)
