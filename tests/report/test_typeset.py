"""Text that is safe to print, as wide as it looks."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.report.typeset import escape_unprintable, shorten, width, wrap

ANY_TEXT = st.text(st.characters(), max_size=200)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("two\nlines\r\n", "two\\nlines\\r\\n"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\tb", "a\\tb"),
        ("\u202eevil", "\\u202eevil"),
        ("\u2028", "\\u2028"),
        ("\ud800", "\\ud800"),
        ("\U000e0001", "\\U000e0001"),
        ("été 日本 👩‍💻", "été 日本 👩‍💻"),
    ],
)
def test_characters_that_move_the_cursor_are_escaped(text: str, shown: str) -> None:
    assert escape_unprintable(text) == shown


@given(st.text(max_size=200))
def test_a_printable_text_is_one_line_and_can_be_encoded(text: str) -> None:
    shown = escape_unprintable(text)
    assert len(shown.splitlines()) <= 1
    assert not any(unicodedata.category(character) == "Cc" for character in shown)
    shown.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "columns"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("👩", 2), ("", 0)]
)
def test_width_is_in_columns(text: str, columns: int) -> None:
    assert width(text) == columns


@given(ANY_TEXT.map(escape_unprintable), st.integers(2, 40))
def test_no_line_is_wider_than_asked(text: str, columns: int) -> None:
    assert all(width(line) <= columns for line in wrap(text, columns))


@given(ANY_TEXT.map(escape_unprintable), st.integers(2, 40))
def test_wrapping_loses_nothing_but_spaces(text: str, columns: int) -> None:
    assert "".join(wrap(text, columns)).replace(" ", "") == text.replace(" ", "")


@given(ANY_TEXT.map(escape_unprintable), st.integers(2, 40), st.integers(1, 4))
def test_a_limit_is_kept(text: str, columns: int, limit: int) -> None:
    assert 1 <= len(wrap(text, columns, limit=limit)) <= limit


def test_a_cut_text_ends_with_its_length() -> None:
    assert wrap("word " * 20, 30, limit=2) == (
        "word word word word word word",
        "word word w … (100 characters)",
    )


def test_lines_break_at_spaces() -> None:
    assert wrap("expected but not found", 12) == ("expected but", "not found")


def test_a_word_that_is_too_long_is_broken_inside() -> None:
    assert wrap("a https://example.com/x", 10) == ("a https://", "example.co", "m/x")


@given(ANY_TEXT.map(escape_unprintable), st.integers(2, 40))
def test_a_shortened_text_fits(text: str, columns: int) -> None:
    short = shorten(text, columns)
    assert short == text or (short.endswith("…") and width(short) <= columns + 1)
