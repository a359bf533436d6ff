from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.scenario.text.reader import WordError, read_plain_scalar
from pytest_tavus.scenario.values.forms import seconds


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("False", False),
        ("0", 0),
        ("-17", -17),
        ("1.50", 1.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("0x1F", 31),
        ("0o17", 15),
    ],
)
def test_words_of_yaml_1_2_have_a_type(text: str, value: object) -> None:
    found = read_plain_scalar(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "text",
    ["007", "-01", "00.5", "+4915112345678", "2030-01-31", "12:30:45", "1_000", "A-1", "nULL", "."],
)
def test_a_word_that_only_resembles_a_number_stays_text(text: str) -> None:
    assert read_plain_scalar(text) == text


@pytest.mark.parametrize("word", ["yes", "No", "ON", "off", "y", "N"])
def test_words_that_readers_of_yaml_disagree_on_are_refused(word: str) -> None:
    with pytest.raises(WordError) as caught:
        read_plain_scalar(word)
    assert str(caught.value) == (
        f"the plain word {word} is a boolean to some readers of YAML and text to others"
    )
    meant = "true" if word.lower() in {"yes", "on", "y"} else "false"
    assert caught.value.hint == f'write {meant}, or quote it: "{word}"'


@pytest.mark.parametrize("word", [".nan", ".inf", "-.INF", "1e999"])
def test_numbers_that_json_cannot_hold_are_refused(word: str) -> None:
    with pytest.raises(WordError):
        read_plain_scalar(word)


@given(st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_as_json_writes_it_is_that_number(number: float) -> None:
    assert read_plain_scalar(json.dumps(number)) == number


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2s", 2.0),
        ("300ms", 0.3),
        ("1.5s", 1.5),
        ("1m", 60.0),
        (3, 3.0),
        (0.25, 0.25),
        ("2 s", 2.0),
    ],
)
def test_durations_are_seconds(written: object, expected: float) -> None:
    assert abs(seconds(written) - expected) < 1e-9


@pytest.mark.parametrize("written", ["soon", "2", "", "-1s", -1, True, None, float("inf"), [2]])
def test_a_value_that_is_no_duration_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match="is not a duration: write 2s, 300ms, or a number"):
        seconds(written)
