"""Any argument reaches the handler as it is, wherever its placeholder stands."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pytest_tavus.handler.delivery.profile import MissingArgument
from pytest_tavus.handler.delivery.template import Filler, as_text, percent_encode
from tests.strategies import json_values

texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]))

AWKWARD: list[Any] = [
    "",
    " ",
    "a b",
    "a/b",
    "..",
    ".",
    "?x=1&y=2#z",
    "100%",
    "%2F",
    "+",
    'say "hi"',
    "it's",
    "back\\slash",
    "line\r\nbreak: injected",
    "{order_id}",
    "é€😀",
    "\u2028",
    "\x00",
]
SCALARS: list[tuple[Any, str]] = [
    (7, "7"),
    (1.5, "1.5"),
    (True, "true"),
    (False, "false"),
    (None, "null"),
    ([1, "a"], '[1, "a"]'),
    ({"a": "é"}, '{"a": "é"}'),
]


def filler(value: Any, *, missing: MissingArgument = "omit") -> Filler:
    return Filler(values={"x": value}, missing=missing)


@given(value=texts)
@pytest.mark.parametrize("awkward", AWKWARD)
def test_a_text_in_the_path_can_be_decoded_again(awkward: str, value: str) -> None:
    for text in (awkward, value):
        url = filler(text).url("https://a.test/v1/{x}/end")
        parts = urlsplit(url)
        assert url.isascii()
        assert (parts.netloc, parts.query, parts.fragment) == ("a.test", "", "")
        assert [unquote(part) for part in parts.path.split("/")] == ["", "v1", text, "end"]
        assert not {".", ".."} & set(parts.path.split("/"))


@given(value=texts)
@pytest.mark.parametrize("awkward", AWKWARD)
def test_a_text_in_the_query_of_the_url_can_be_decoded_again(awkward: str, value: str) -> None:
    for text in (awkward, value):
        url = filler(text).url("https://a.test/v1?q={x}&r=1")
        parts = urlsplit(url)
        assert parse_qsl(parts.query, keep_blank_values=True) == [("q", text), ("r", "1")]
        assert (parts.path, parts.fragment) == ("/v1", "")


@given(value=texts)
@pytest.mark.parametrize("awkward", AWKWARD)
def test_a_text_in_query_params_can_be_decoded_again(awkward: str, value: str) -> None:
    for text in (awkward, value):
        found = list(filler(text).query({"q": "{x}", "all": "<{x}>"}))
        assert found == [("q", text), ("all", f"<{text}>")]


@given(value=json_values)
def test_a_body_value_that_is_one_placeholder_keeps_its_json_type(value: Any) -> None:
    template = {"a": "{x}", "deep": [{"b": "{x}"}], "n": 1, "flag": None, "{x}": "key"}
    filled: Any = filler(value).body(template)
    assert filled == {"a": value, "deep": [{"b": value}], "n": 1, "flag": None, "{x}": "key"}
    assert type(filled["a"]) is type(value)
    assert json.loads(json.dumps(filled)) == filled


@given(value=texts)
@example(value='"}, "admin": true, "x": {"')
def test_a_text_inside_longer_text_of_a_body_stays_text(value: str) -> None:
    filled = filler(value).body({"line": "<{x}> and {x}"})
    assert json.loads(json.dumps(filled)) == {"line": f"<{value}> and {value}"}


@pytest.mark.parametrize(("value", "written"), SCALARS)
def test_a_value_that_is_no_text_is_json_inside_text(value: Any, written: str) -> None:
    assert as_text(value) == written
    assert filler(value).text("<{x}>") == f"<{written}>"
    assert unquote(filler(value).url("https://a.test/{x}")) == f"https://a.test/{written}"
    assert list(filler(value).query({"q": "{x}"})) == [("q", written)]


def test_a_filled_value_is_not_scanned_again() -> None:
    filled = Filler(values={"x": "{y}", "y": "no"})
    assert filled.text("{x}") == "{y}"
    assert filled.url("/{x}") == "/%7By%7D"
    assert filled.body({"a": "{x}!"}) == {"a": "{y}!"}


@pytest.mark.parametrize("text", ["{}", "{1}", "{a-b}", "{ x }", "{{", "}"])
def test_braces_that_are_no_placeholder_stay_as_written(text: str) -> None:
    assert filler("no").text(text) == text


@pytest.mark.parametrize(
    ("missing", "body", "query"),
    [
        ("omit", {"list": [1], "text": "<>"}, []),
        ("empty", {"a": "", "list": ["", 1], "text": "<>"}, [("q", "")]),
        ("null", {"a": None, "list": [None, 1], "text": "<>"}, [("q", "null")]),
        (
            "braces",
            {"a": "{gone}", "list": ["{gone}", 1], "text": "<{gone}>"},
            [("q", "{gone}")],
        ),
    ],
)
def test_a_missing_argument_follows_the_policy(
    missing: MissingArgument, body: Any, query: list[tuple[str, str]]
) -> None:
    filled = filler("x", missing=missing)
    assert filled.body({"a": "{gone}", "list": ["{gone}", 1], "text": "<{gone}>"}) == body
    assert list(filled.query({"q": "{gone}"})) == query


def test_a_missing_argument_is_empty_in_the_url() -> None:
    assert filler("x").url("https://a.test/{gone}/y?z={gone}") == "https://a.test//y?z="


def test_an_argument_that_is_null_is_not_missing() -> None:
    assert filler(None).body({"a": "{x}"}) == {"a": None}


def test_an_unknown_placeholder_of_tavus_stays_as_written() -> None:
    filled = filler("x")
    assert filled.text("<{tavus_user}>") == "<{tavus_user}>"
    assert filled.body({"a": "{tavus_user}"}) == {"a": "{tavus_user}"}
    assert list(filled.query({"q": "{tavus_user}"})) == [("q", "{tavus_user}")]


def test_half_a_surrogate_pair_becomes_a_question_mark_in_a_url() -> None:
    assert percent_encode("a\ud800b") == "a%3Fb"
