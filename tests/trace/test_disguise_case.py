"""A secret of ASCII is found in any letter case, and a short one in its own alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.trace.redaction.disguise import ANY_CASE, Disguises
from tests.trace.disguised import is_covered, separate_after, separate_before, surround
from tests.trace.samples import build_redaction
from tests.trace.spellings import CANONICAL, ESCAPES, NEEDLESS, OTHER_CASES

KEYS = (
    "DEADBEEF0123CAFE",
    "deadbeef0123cafe",
    "0b1c2d3e-4f50-4a6b-8c7d-9e0f1a2b3c4d",
    "sk_live_51HxT9aBcDeFgHiJkLmNoPq",
    'sk-live/"4F9a\\8b+7c &\n6d%5e=',
    "hunter22",
)
WORDS = ("base64", "base64 of a user and the secret", "hex", "hex in upper case")

keys = st.text('abcdefABCDEF0123456789-_ /+"', min_size=ANY_CASE, max_size=24)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("escape", ["as it is", *ESCAPES, *NEEDLESS])
@pytest.mark.parametrize("case", OTHER_CASES)
def test_a_key_is_found_in_another_case_in_any_escapes(case: str, escape: str, key: str) -> None:
    piece = (CANONICAL | NEEDLESS)[escape](("", OTHER_CASES[case](key), ""))
    assert is_covered(key, surround("<é ", piece, " €>"))


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("case", ["lower case", "upper case"])
def test_a_key_in_lower_or_upper_case_is_found_in_base64_and_hex(
    case: str, word: str, key: str
) -> None:
    piece = CANONICAL[word](("", OTHER_CASES[case](key), ""))
    assert is_covered(key, surround("<é ", piece, " €>"))


@given(
    key=keys,
    case=st.sampled_from(sorted(OTHER_CASES)),
    before=separate_before,
    after=separate_after,
)
def test_any_key_is_found_in_any_case(key: str, case: str, before: str, after: str) -> None:
    assert is_covered(key, (before, OTHER_CASES[case](key), after))


@given(key=keys, case=st.sampled_from(sorted(OTHER_CASES)))
def test_another_case_counts_as_encoded(key: str, case: str) -> None:
    other = OTHER_CASES[case](key)
    assert (0, len(key), other == key) in Disguises(key).spans(other)


def test_another_case_has_the_mask_of_an_encoded_secret() -> None:
    known = build_redaction("DEADBEEF0123CAFE")
    assert known.text("DEADBEEF0123CAFE deadbeef0123cafe") == "⟦s1⟧ ⟦s1 encoded⟧"


@pytest.mark.parametrize("secret", ["hunter2", "abcd", "beef", "on", "pässwört-ä"])
@pytest.mark.parametrize("case", [str.upper, str.title])
def test_a_short_secret_and_one_beyond_ascii_are_found_in_their_own_case_alone(
    secret: str, case: Callable[[str], str]
) -> None:
    assert Disguises(secret).spans(case(secret)) == []
    assert build_redaction(secret).text(f"a={case(secret)}") == f"a={case(secret)}"


@pytest.mark.parametrize("text", ["\u212aeystone1", "mis\u017fing12"])
def test_a_character_that_folds_to_a_letter_is_no_letter(text: str) -> None:
    assert build_redaction("keystone1", "missing12").text(text) == text


@given(text=st.text('abcdefghijABCDEFGHIJ0123456789%\\u&#x;=+/- "', max_size=60))
def test_a_text_without_the_key_has_no_span_in_any_case(text: str) -> None:
    # No text of this strategy holds the letters of this key in this order in any spelling.
    assert Disguises("Zk8_vQ2~wR").spans(text) == []
