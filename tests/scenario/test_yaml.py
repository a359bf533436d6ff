"""The YAML that is understood, and each thing that is refused, at its place."""

# ruff: noqa: E501 - messages are quoted whole

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scenario.yaml_text import read, refusal

printable = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Zl", "Zp"))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(printable),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(printable), inner, max_size=4)
    ),
    max_leaves=20,
).filter(lambda value: "Infinity" not in json.dumps(value))


@given(json_values)
def test_json_is_yaml(value: Any) -> None:
    assert read(json.dumps(value, ensure_ascii=False)) == value


@pytest.mark.parametrize("pure", [False, True])
def test_both_parsers_read_the_same(pure: bool) -> None:
    assert read("a: [1, 'x', {b: ~}]\nc: |\n  two\n  lines\n", pure=pure) == {
        "a": [1, "x", {"b": None}],
        "c": "two\nlines\n",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a: 1\nb: 2\na: 3\n",
            "a.yaml:3:1: the key 'a' is written twice\n    hint: keep one of the two",
        ),
        (
            "a: yes\n",
            (
                "a.yaml:1:4: the plain word yes is a boolean to some readers of YAML and text to others\n"
                '    hint: write true, or quote it: "yes"'
            ),
        ),
        (
            "a: [.nan]\n",
            (
                "a.yaml:1:5: .nan is a number that JSON cannot hold\n"
                '    hint: quote it if it is text: ".nan"'
            ),
        ),
        ("1: x\n", 'a.yaml:1:1: a key must be text, and 1 is not\n    hint: quote it: "1"'),
        ("a:\n  ? [x]\n  : 1\n", "a.yaml:2:5: a key must be text\n    hint: quote it"),
        (
            "x: &x {a: 1}\ny:\n  <<: *x\n",
            (
                "a.yaml:3:3: the merge key << is not supported\n"
                "    hint: write the keys out, or put them in a file of their own and use include"
            ),
        ),
        (
            "a: 1\n---\nb: 2\n",
            "a.yaml:2:1: a second document begins here\n    hint: write one document a file",
        ),
        (
            "a: !ree x\n",
            "a.yaml:1:4: !ree is not a tag\n    hint: did you mean '!re'?",
        ),
        (
            "a: !search x\n",
            (
                "a.yaml:1:4: !search is not a tag\n    hint: "
                "one of: !absent, !all_of, !any, !approx, !between, !bool, !contains, !date, !datetime, "
                "!dict, !ends_with, !exact, !fullmatch, !ge, !gt, !int, !le, !length, !list, !lt, !not, "
                "!null, !number, !one_of, !re, !starts_with, !str, !unordered, !uuid, !include"
            ),
        ),
        (
            "a: !!float 3\n",
            (
                "a.yaml:1:4: the tag !!float is not supported\n"
                "    hint: leave it out; quote what must stay text"
            ),
        ),
        (
            "a: !re '('\n",
            (
                "a.yaml:1:4: !re takes a regular expression, and '(' is none: "
                "missing ), unterminated subpattern at position 0"
            ),
        ),
        (
            "a: &a [*a]\n",
            (
                "a.yaml:1:8: the alias *a stands before, or inside, what it refers to\n"
                "    hint: define &a further up"
            ),
        ),
        (
            "a: *b\n",
            (
                "a.yaml:1:4: the alias *b stands before, or inside, what it refers to\n"
                "    hint: define &b further up"
            ),
        ),
        (
            "a:\n\t- b\n",
            (
                "a.yaml:2:1: the line is indented by a tab, which YAML does not allow\n"
                "    hint: indent by spaces"
            ),
        ),
        (
            "a: b: c\n",
            (
                "a.yaml:1:5: this is not YAML: a ': ' stands where no key can be\n"
                "    hint: quote text that contains ': ', or correct the indentation"
            ),
        ),
        (
            "a: 'b\n",
            (
                "a.yaml:2:1: this is not YAML: a quoted text is never closed\n"
                "    hint: close the quote, or quote the whole text with the other kind"
            ),
        ),
        (
            "a: [1, 2\nb: 3\n",
            (
                "a.yaml:2:2: this is not YAML: a bracket is never closed, or a comma is missing\n"
                "    hint: close it, separate the values by commas, or quote a text that has brackets in it"
            ),
        ),
        (
            "a: 1\n  b: 2\n",
            (
                "a.yaml:2:4: this is not YAML: a ': ' stands where no key can be\n"
                "    hint: quote text that contains ': ', or correct the indentation"
            ),
        ),
        (
            "a:\n  - b\n c: 1\n",
            (
                "a.yaml:3:2: this is not YAML: the line does not fit the indentation of those above it\n"
                "    hint: indent keys of one mapping by the same number of spaces"
            ),
        ),
        (
            "a: @b\n",
            (
                "a.yaml:1:4: this is not YAML: a value cannot begin with this character\n"
                "    hint: quote the value"
            ),
        ),
    ],
)
@pytest.mark.parametrize("pure", [False, True])
def test_what_is_refused_has_a_place_and_a_sentence(text: str, message: str, pure: bool) -> None:
    assert refusal(text, pure=pure) == message


def test_all_refusals_of_a_readable_text_come_together() -> None:
    assert [line for line in refusal("a: yes\na: no\n").splitlines() if "hint" not in line] == [
        "a.yaml:1:4: the plain word yes is a boolean to some readers of YAML and text to others",
        "a.yaml:2:1: the key 'a' is written twice",
        "a.yaml:2:4: the plain word no is a boolean to some readers of YAML and text to others",
    ]


def test_short_words_may_be_keys() -> None:
    assert read("point: {x: 1, y: 2}\non: {no: 3}\n") == {
        "point": {"x": 1, "y": 2},
        "on": {"no": 3},
    }


def test_aliases_stand_for_what_they_refer_to() -> None:
    assert read("a: &a {x: 1}\nb: [*a, *a]\n") == {"a": {"x": 1}, "b": [{"x": 1}, {"x": 1}]}


@pytest.mark.parametrize("pure", [True, False])
def test_a_bracket_behind_a_tag_is_told_how_to_part_them(pure: bool) -> None:
    assert refusal("{label: !absent}", pure=pure) == (
        "a.yaml:1:16: this is not YAML: a bracket stands directly behind a tag\n"
        "    hint: put a space behind the tag"
    )
