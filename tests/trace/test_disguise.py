"""One secret is found in any text, however it is encoded, and nothing else is."""

from __future__ import annotations

import base64
import random

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pytest_tavus.trace.redaction.disguise import Disguises
from tests.strategies import secrets
from tests.trace.disguised import is_covered, separate_after, separate_before, surround
from tests.trace.spellings import CANONICAL, ESCAPES, NEEDLESS, OUTERMOST

CANARIES = (
    'sk-live/"4f9a\\8b+7c é€😀&\n6d%5e=',
    "sk_live_51HxT9aBcDeFgHiJkLmNoPq",
    "hunter22",
    "0b1c2d3e-4f50-4a6b-8c7d-9e0f1a2b3c4d",
    "пароль-über",
    "\\\\server\\share\x1b\x00",
)
TWICE = {"json in json", "ascii of python in ascii of python", "percent twice"}
ONCE = [name for name in CANONICAL if name not in TWICE]
"""The others are two encodings already."""
PYTHON_ESCAPES = ("character", "byte")


@pytest.mark.parametrize("secret", CANARIES)
@pytest.mark.parametrize("name", [*CANONICAL, *OUTERMOST])
def test_a_canary_is_found_in_each_spelling(name: str, secret: str) -> None:
    encoding = (CANONICAL | OUTERMOST)[name]
    assert is_covered(secret, surround("<é ", encoding(("", secret, "")), " €>"))


@pytest.mark.parametrize("secret", CANARIES)
@pytest.mark.parametrize("outer", [*CANONICAL, *NEEDLESS])
@pytest.mark.parametrize("inner", ONCE)
def test_a_canary_is_found_in_two_encodings(inner: str, outer: str, secret: str) -> None:
    piece = (CANONICAL | NEEDLESS)[outer](CANONICAL[inner](("", secret, "")))
    assert is_covered(secret, surround("<é ", piece, " €>"))


@pytest.mark.parametrize("secret", CANARIES)
@pytest.mark.parametrize("outer", [*ESCAPES, *NEEDLESS])
@pytest.mark.parametrize("inner", OUTERMOST)
def test_an_escape_does_not_hide_a_needless_escape(inner: str, outer: str, secret: str) -> None:
    piece = (ESCAPES | NEEDLESS)[outer](OUTERMOST[inner](("", secret, "")))
    assert is_covered(secret, surround("<é ", piece, " €>"))


@given(
    secret=secrets,
    name=st.sampled_from(sorted(CANONICAL)),
    before=st.text(max_size=5),
    after=st.text(max_size=5),
)
@example(secret="41ab/c", name="percent", before="%", after="")
@example(secret="\\\\\\\\", name="json", before="\\", after="\\")
@example(secret="\x00\x00\x00\x00", name="base64", before="A", after="A")
def test_any_secret_is_found_in_one_encoding_and_any_text(
    secret: str, name: str, before: str, after: str
) -> None:
    assert is_covered(secret, surround(before, CANONICAL[name](("", secret, "")), after))


@given(
    secret=secrets,
    inner=st.sampled_from(ONCE),
    outer=st.sampled_from(sorted(CANONICAL | NEEDLESS)),
    before=separate_before,
    after=separate_after,
)
@example(secret="00A\x1f", inner="percent in lower case", outer="base64", before="<", after=">")
def test_any_secret_is_found_in_two_encodings(
    secret: str, inner: str, outer: str, before: str, after: str
) -> None:
    piece = (CANONICAL | NEEDLESS)[outer](CANONICAL[inner](("", secret, "")))
    assert is_covered(secret, surround(before, piece, after))


@given(secret=secrets, data=st.data(), before=separate_before, after=separate_after)
def test_needless_escapes_are_found_mixed_with_each_other_and_with_plain_characters(
    secret: str, data: st.DataObject, before: str, after: str
) -> None:
    # No program writes both in one text.
    other = data.draw(st.sampled_from([f"python escape of each {one}" for one in PYTHON_ESCAPES]))
    names = st.sampled_from(["as it is", *(name for name in NEEDLESS if name != other)])
    spellings = [data.draw(names) for _ in secret]
    encodings = {"as it is": CANONICAL["as it is"], **NEEDLESS}
    encoded = "".join(
        encodings[name](("", char, ""))[1] for name, char in zip(spellings, secret, strict=True)
    )
    # A plain character that begins or continues an escape would be another secret's spelling.
    assume(not set(secret) & set("%&\\#;"))
    assert is_covered(secret, (before, encoded, after))


@given(secret=secrets, before=st.text(max_size=20), after=st.text(max_size=20))
def test_the_flag_tells_the_secret_itself_from_an_encoded_one(
    secret: str, before: str, after: str
) -> None:
    text = before + secret + after
    spans = Disguises(secret).spans(text)
    assert (len(before), len(before) + len(secret), True) in spans
    assert [text[start:end] == secret for start, end, _ in spans] == [own for *_, own in spans]
    assert spans == sorted(set(spans))


@pytest.mark.parametrize("name", [name for name in CANONICAL if name != "as it is"])
def test_an_encoded_canary_is_never_called_the_secret_itself(name: str) -> None:
    text = "".join(CANONICAL[name](("", CANARIES[0], "")))
    assert {own for *_, own in Disguises(CANARIES[0]).spans(text)} == {False}


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("pässwört-Ωmega", r"'p\xe4ssw\xf6rt-\u03a9mega'"),
        ("pässwört-Ωmega", r"'p\\xe4ssw\\xf6rt-\\u03a9mega'"),
        ("pässwört-Ωmega", r"b'p\xc3\xa4ssw\xc3\xb6rt-\xce\xa9mega'"),
        ("smile😀\x1bkey", r"'smile\U0001f600\x1bkey'"),
        ("пароль-über", r"'\u043f\u0430\u0440\u043e\u043b\u044c-\xfcber'"),
        ("äöüß", r"'\xe4\xf6\xfc\xdf'"),
    ],
)
def test_a_secret_is_found_as_python_writes_it(secret: str, text: str) -> None:
    quote = text.index("'") + 1
    piece = text[:quote], text[quote:-1], text[-1:]
    assert is_covered(secret, piece)
    assert is_covered(secret, surround("Traceback: ", piece, " €"))


words_without = st.text(alphabet='abcdefghij0123456789%\\u&#x;=+/- "', max_size=60)


@given(text=words_without | st.text(max_size=60))
def test_a_text_without_the_secret_has_no_span(text: str) -> None:
    # No text of these strategies holds the letters of this secret in this order in any spelling.
    secret = "Zk8_vQ2~wR"
    assert Disguises(secret).spans(text) == []


@pytest.mark.parametrize("name", [*CANONICAL, *OUTERMOST])
@pytest.mark.parametrize(
    "secret", CANARIES[:-1]
)  # A longer run of backslashes may be an escaped one.
def test_a_secret_that_differs_in_one_character_is_not_found(name: str, secret: str) -> None:
    encoding = (CANONICAL | OUTERMOST)[name]
    for at in range(len(secret)):
        other = secret[:at] + ("y" if secret[at] != "y" else "z") + secret[at + 1 :]
        text = "".join(surround("<é ", encoding(("", other, "")), " €>"))
        assert Disguises(secret).spans(text) == []


@pytest.mark.parametrize("secret", ["abcd", "0000", "beef", "AAAA", "\x00\x00\x00\x00", "Qz9_"])
def test_random_words_hold_no_secret_by_accident(secret: str) -> None:
    noise = random.Random(7)
    data = noise.randbytes(60_000)
    found = Disguises(secret)
    for text in (base64.b64encode(data).decode(), data.hex()):
        assert [place for place in found.spans(text) if not place[2]] == []


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "%41",
        "%%%%",
        "\\",
        "\\\\\\",
        "&#;",
        "&#99999999;",
        "\\ud800",
        "=",
        "%4",
        "\\x4",
        "\\U00110000",
        "",
    ],
)
def test_half_an_escape_is_no_secret(text: str) -> None:
    assert Disguises("abcd").spans(text * 3) == []
    assert Disguises("%41%41%41%41").spans("AAAA " + text) == []


@pytest.mark.parametrize("text", ["%6fn", "6f6e", "b24=", "go on", "\\u006fn", "upon"])
def test_a_very_short_secret_is_found_as_a_whole_value_alone(text: str) -> None:
    assert Disguises("on").spans(text) == []
    assert Disguises("on").spans("a=on") == [(2, 4, True)]
