"""Most texts hold no secret, and a few searches tell."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.trace.redaction.decoding import unescape_text
from pytest_tavus.trace.redaction.disguise import Disguises
from pytest_tavus.trace.redaction.prefilter import WORDS, Prefilter
from tests.strategies import secrets

KEYS = ("sk_live_51HxT9aBcDeFgHiJkLmNoPq", "hunter22", "on")


def build_prefilter(*known: Disguises) -> Prefilter:
    made = Prefilter()
    for one in known:
        made.add(one)
    return made


@pytest.mark.parametrize(
    "text",
    [
        "Where is my order?",
        json.dumps({"conversation_id": "c0123456789abcdef", "said": "caf\u00e9, 100% & more"}),
        "x" * (WORDS[-1] * 2),
        "%63%61%66%65",
        "",
    ],
)
def test_a_text_without_secrets_has_no_suspect(text: str) -> None:
    assert build_prefilter(*map(Disguises, KEYS[:2])).suspects(text) == []


def test_only_the_secrets_that_may_be_there_are_suspects_and_each_once() -> None:
    first, second, short = known = [Disguises(key) for key in KEYS]
    found = build_prefilter(*known)
    assert found.suspects(f"{KEYS[1]} {KEYS[1].encode().hex()}") == [second]
    assert found.suspects(KEYS[0].encode().hex().encode().hex()) == [first]
    assert set(found.suspects(f"{KEYS[0]} and {KEYS[1]} and on")) == {first, second, short}


@given(text=st.text(), secret=secrets, known=st.lists(secrets, max_size=3))
def test_every_secret_with_a_span_is_a_suspect(text: str, secret: str, known: list[str]) -> None:
    disguises = Disguises(secret)
    found = build_prefilter(*map(Disguises, known), disguises)
    for disguised in (text, text + secret, text + secret.encode().hex()):
        assert not disguises.spans(disguised) or disguises in found.suspects(disguised)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("%63", "c"),
        ("%2563", "c"),
        (r"\u0043", "C"),
        (r"\\u0043", "C"),
        (r"\x63", "c"),
        (r"\\x63", "c"),
        (r"\U00000063", "c"),
        (r"\x5cu0063", "c"),
        ("&#99;", "c"),
        ("&#x63;", "c"),
        ("&#0099;", "c"),
        ("&amp;#99;", "c"),
        ("%26%2399%3B", "c"),
        ("%5Cu0063", "c"),
        (r"\u002563", "c"),
        ("&#37;63", "c"),
        ("&#92;u0063", "c"),
    ],
)
def test_a_text_with_needless_escapes_is_unescaped(text: str, plain: str) -> None:
    assert f"<{plain}>" in (unescape_text(f"<{text}>") or "").split("\0")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "100% & more",
        "%20%C3%A9%0A",
        r"\n\"\u00e9\ud83d",
        r"\xe9\x1b\U0001f600\u03a9\x",
        "&lt;&amp;&quot;&#39;",
        "%zz",
    ],
)
def test_a_text_without_needless_escapes_is_not_unescaped(text: str) -> None:
    assert unescape_text(text) is None
