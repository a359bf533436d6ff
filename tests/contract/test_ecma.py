"""Patterns of ECMA-262, held against text as ECMA-262 means them."""

from __future__ import annotations

import contextlib
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.contract.schema.ecma import NotEcmaError, python_pattern

HOLDS: list[tuple[str, str, bool]] = [
    (r"^A-\d{4}$", "A-1042", True),
    (r"^A-\d{4}$", "A-1042\n", False),
    (r"^\d$", "٣", False),
    (r"^\w+$", "Zoë", False),
    (r"^\w+$", "order_7", True),
    (r"^[\w.-]+@[\w-]+$", "a.b@c-d", True),
    (r"^\W$", "ë", True),
    (r"^[^\D]$", "7", True),
    (r"^[^\D]$", "x", False),
    (r"^[\W]$", "_", False),
    (r"^[\W]$", "-", True),
    (r"^[\s\S]$", "\u00a0", True),
    (r"^\s$", "\u00a0", True),
    (r"^\S$", "\ufeff", False),
    ("^.$", "\u2028", False),
    ("^.$", "x", True),
    ("^[^]$", "\n", True),
    ("[]", "x", False),
    ("^[[]$", "[", True),
    ("^[a&&b]$", "&", True),
    (r"^[\b]$", "\b", True),
    (r"\bby\b", "by air", True),
    (r"\bby\b", "baby", False),
    (r"\Bby", "baby", True),
    (r"(?<y>\d)-\k<y>", "7-7", True),
    (r"(?<y>\d)-\k<y>", "7-8", False),
    (r"(\d)-\1", "7-7", True),
    (r"(?<=A-)7", "A-7", True),
    (r"(?<!A-)7", "A-7", False),
    (r"^(?:a|b)+?$", "abab", True),
    (r"^\u{1F600}$", "😀", True),
    (r"^\ud83d\ude00$", "😀", True),
    (r"^[\u{1F600}-\u{1F64F}]$", "😃", True),
    (r"^\u0041\x42\cJ\0$", "AB\n\0", True),
    (r"^\p{L}+$", "Zoë", True),
    (r"^\p{Lu}$", "z", False),
    (r"^[\p{Letter}\p{Nd}]+$", "Ж٣", True),
    (r"^\P{L}$", "7", True),
    (r"^\p{gc=Decimal_Number}$", "7", True),
    (r"^\/\-\.\+$", "/-.+", True),
    ("^x{,5}$", "x{,5}", True),
    ("^x{2,3}$", "xx", True),
]


@pytest.mark.parametrize(("pattern", "text", "holds"), HOLDS)
def test_a_pattern_means_what_it_means_in_ecma(pattern: str, text: str, holds: bool) -> None:
    assert (python_pattern(pattern).search(text) is not None) is holds


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(", "missing ), unterminated subpattern"),
        ("[a", "a bracket is never closed"),
        ("a\\", "it ends in a backslash"),
        ("[\\", "it ends in a backslash"),
        (r"\ë", r"\ë is no escape of ECMA-262"),
        ("*a", "nothing to repeat"),
        ("a{2,1}", "min repeat greater than max repeat"),
        ("a{99999999999}", "the repetition number is too large"),
        (r"\Aa\Z", r"\A is no escape of ECMA-262: write ^ for the beginning"),
        (r"a\Z", r"\Z is no escape of ECMA-262: write $ for the end"),
        (r"\h", r"\h is no escape of ECMA-262"),
        (r"\u{110000}", r"\u{110000} is no character"),
        ("(?i)a", "'(?i' begins no group of ECMA-262"),
        ("(?P<y>a)", "'(?P' begins no group of ECMA-262"),
        ("(?>a)", "'(?>' begins no group of ECMA-262"),
        ("(?#a)", "'(?#' begins no group of ECMA-262"),
        ("a++", "'+' repeats a repetition, which only Python allows"),
        ("a*+b", "'+' repeats a repetition, which only Python allows"),
        (r"\p{Script=Greek}", r"\p{Script=Greek} cannot be tried here: "),
        (r"[\P{L}]", r"\P{...} cannot stand in a set here"),
        ("(?<=a+)b", "look-behind requires fixed-width pattern"),
    ],
)
def test_what_is_no_pattern_of_ecma_is_refused_with_the_reason(pattern: str, why: str) -> None:
    with pytest.raises(NotEcmaError) as refused:
        python_pattern(pattern)
    assert str(refused.value).startswith(why)


@given(st.text(string.ascii_letters + string.digits + " _-@/:,;!'\"", max_size=12), st.text())
def test_plain_text_is_itself(pattern: str, text: str) -> None:
    assert (python_pattern(pattern).search(text) is not None) is (pattern in text)


@given(st.text("ab(){}[]*+?|^$.\\dwWSpP<>:=!,-0x", max_size=9))
def test_every_text_is_translated_or_refused(pattern: str) -> None:
    with contextlib.suppress(NotEcmaError):
        assert isinstance(python_pattern(pattern), re.Pattern)
