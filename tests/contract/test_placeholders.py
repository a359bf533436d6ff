from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.contract.tool.placeholders import names_in, names_in_tool, texts_of
from tests.contract.samples import api_tool, tool

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,10}", fullmatch=True)
PLAIN = st.text(st.characters(blacklist_characters="{}"))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ()),
        ("no placeholder", ()),
        ("{a}", ("a",)),
        ("/x/{b}/{a}?q={b}", ("b", "a")),
        ("{_}{A9}", ("_", "A9")),
        ("{{a}}", ("a",)),
        ("{9a} {a-b} {a.b} { a } {} {a b}", ()),
        ('{"key": "{a}"}', ("a",)),
        ("{é}", ()),
        ("{a\n}", ()),
    ],
)
def test_a_placeholder_is_a_name_in_single_braces(text: str, names: tuple[str, ...]) -> None:
    assert names_in(text) == names


@given(st.lists(st.tuples(PLAIN, NAMES)), PLAIN)
def test_every_placeholder_between_plain_texts_is_found_once_and_in_order(
    pieces: list[tuple[str, str]], tail: str
) -> None:
    text = "".join(f"{plain}{{{name}}}" for plain, name in pieces) + tail
    assert names_in(text) == tuple(dict.fromkeys(name for _, name in pieces))


@given(st.text(string.ascii_letters + string.digits + "_{} -"))
def test_every_name_found_stands_in_the_text_in_braces(text: str) -> None:
    found = names_in(text)
    assert all(f"{{{name}}}" in text and name.isidentifier() for name in found)
    assert len(set(found)) == len(found)


def test_url_query_values_and_nested_body_values_are_scanned_and_nothing_else() -> None:
    scanned = api_tool(
        url="https://api.example.com/{a}",
        query_params={"{key}": "{b}", "plain": "x"},
        body_template={"{key}": {"list": ["{c}", 1, None, True, {"deep": "{d}{a}"}]}},
        headers={"X-Order": "{header}"},
    )
    assert names_in_tool(scanned) == ("a", "b", "c", "d")
    assert [text.loc for text in texts_of(scanned) if text.names] == [
        ("delivery", "api", "url"),
        ("delivery", "api", "query_params", "{key}"),
        ("delivery", "api", "body_template", "{key}", "list", 0),
        ("delivery", "api", "body_template", "{key}", "list", 4, "deep"),
    ]


def test_an_app_message_tool_has_no_placeholders() -> None:
    assert names_in_tool(tool()) == ()
