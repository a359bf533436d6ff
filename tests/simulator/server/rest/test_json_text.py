"""JSON is read strictly, so that everything that was read can be written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.simulator.server.http.json_text import (
    DEEPEST,
    MOST_PARTS,
    MOST_VALUES,
    JsonTextError,
    json_text,
    read_json,
)

_ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=5)
_DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _ANY_TEXT,
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(_ANY_TEXT, parts, max_size=3),
    max_leaves=8,
)


@given(_DATA)
def test_written_json_can_be_encoded_and_read_back(value: object) -> None:
    assert json.loads(json_text(value).encode()) == value


@given(_DATA, st.booleans())
def test_parsed_json_can_be_written_as_utf_8(value: object, escaped: bool) -> None:
    try:
        found = read_json(json.dumps(value, ensure_ascii=escaped))
    except JsonTextError:
        return
    json.dumps(found, ensure_ascii=False, allow_nan=False).encode()


def test_a_whole_surrogate_pair_is_a_character() -> None:
    assert read_json(b'"\\ud83d\\ude00"') == "\N{GRINNING FACE}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b'{"\\uDFFF": 1}', "the body holds half of a surrogate pair, which is no character"),
        ('"\ud800"', "the body holds half of a surrogate pair, which is no character"),
        (b"[1e400]", "the body holds a number that is too large"),
        (b"9" * 5000, "the body holds a number with too many digits"),
        (b"[Infinity]", "the body is not JSON: Infinity is no JSON number"),
        (b'"\xff"', "the body is not UTF-8"),
        (b"", "the body is not JSON: Expecting value at line 1, column 1"),
    ],
)
def test_json_that_cannot_be_written_again_is_refused(text: bytes | str, says: str) -> None:
    with pytest.raises(JsonTextError) as caught:
        read_json(text)
    assert str(caught.value) == says


def test_depth_is_limited() -> None:
    read_json("[" * DEEPEST + "]" * DEEPEST)
    with pytest.raises(JsonTextError, match="the frame is nested too deeply"):
        read_json("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), called="the frame")


def test_many_brackets_beside_each_other_are_not_deep() -> None:
    assert read_json(json.dumps([[]] * 1000)) == [[]] * 1000


TOO_MANY = "the body holds more than 25000 values, or more than 3000 objects and lists"


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(list(range(MOST_VALUES))),
        json.dumps({str(number): 1 for number in range(MOST_VALUES)}),
        json.dumps([[]] * (MOST_PARTS - 1)),
        json.dumps([",[{" * 100_000]),
        json.dumps(['"\\",[' * 50_000, "\\"]),
    ],
)
def test_many_values_and_any_text_are_read(text: str) -> None:
    assert read_json(text) == json.loads(text)


VALUES: list[Any] = [
    list(range(MOST_VALUES + 1)),
    {str(number): "a, [text]" for number in range(MOST_VALUES + 2)},
    [[]] * MOST_PARTS,
    ['"\\', *[{}] * (MOST_PARTS + 1)],
    [""] * (3 * MOST_VALUES),
]


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32-le"])
def test_too_many_values_are_refused_before_they_are_read(
    value: object, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = json.dumps(value).encode(encoding)
    monkeypatch.setattr(json, "loads", None)

    with pytest.raises(JsonTextError) as caught:
        read_json(text)
    assert str(caught.value) == TOO_MANY


@given(_DATA)
def test_no_text_in_a_value_hides_the_values_beside_it(value: object) -> None:
    with pytest.raises(JsonTextError, match="values"):
        read_json(json.dumps([value, *[0] * (MOST_VALUES + 1)]))
