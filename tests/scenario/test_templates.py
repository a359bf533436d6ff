from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.matching.matchers.registry import build_matcher
from pytest_tavus.scenario.values.templates import (
    MissingValue,
    escape,
    json_or_text,
    placeholders,
    render,
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@given(json_values)
def test_what_is_escaped_renders_to_itself(value: Any) -> None:
    assert render(escape(value), {}) == value


@given(json_values)
def test_a_text_that_is_one_placeholder_keeps_value_and_type(value: Any) -> None:
    found = render("{result.x}", {"result": {"x": value}})
    assert found == value
    assert type(found) is type(value)


@given(json_values)
def test_a_row_value_with_braces_survives_the_second_rendering(value: Any) -> None:
    once = render(["{row.x}", "{saved.y}"], {"row": {"x": value}}, only=("row",))
    assert render(once, {"saved": {"y": 1}}) == [value, 1]


@given(json_values)
def test_an_answer_that_is_json_is_read(value: Any) -> None:
    assert json_or_text(json.dumps(value)) == value


@pytest.mark.parametrize("text", ["", "out for delivery", "{'a': 1}", "[" * 100_000])
def test_an_answer_that_is_not_json_is_text(text: str) -> None:
    assert json_or_text(text) is text


@given(st.text())
def test_text_without_braces_is_left_alone(text: str) -> None:
    plain = text.replace("{", "").replace("}", "")
    assert render(plain, {}) is plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{n} items", "3 items"),
        ("{price}", 12.5),
        ("it costs {price}", "it costs 12.5"),
        ("open: {yes}, gone: {no}, none: {nothing}", "open: true, gone: false, none: null"),
        ("{items[1].sku} and {items.0.sku}", "S-2 and S-1"),
        ("as data: {items}", 'as data: [{"sku": "S-1"}, {"sku": "S-2"}]'),
        ("{{n}} is {n}", "{n} is 3"),
        ("{{{n}}}", "{3}"),
        ("a lone { or } or {not a name} stays", "a lone { or } or {not a name} stays"),
        ('{"order": {n}, "x": 1 }', '{"order": 3, "x": 1 }'),
        ("[0-9]{4} and {n}", "[0-9]{4} and 3"),
    ],
)
def test_placeholders_are_formatted_as_people_write_values(text: str, expected: object) -> None:
    scope = {
        "n": 3,
        "price": 12.5,
        "yes": True,
        "no": False,
        "nothing": None,
        "items": [{"sku": "S-1"}, {"sku": "S-2"}],
    }
    assert render(text, scope) == expected


def test_keys_are_left_alone_and_containers_are_rendered_through() -> None:
    assert render({"{a}": ["{a}", ("{a}", 1)]}, {"a": "x"}) == {"{a}": ["x", ("x", 1)]}


def test_a_matcher_is_rendered_only_where_it_holds_a_placeholder() -> None:
    plain = build_matcher("re", "^[A-Z]{2}$")
    assert render({"id": plain}, {})["id"] is plain
    asking = build_matcher("contains", "{saved.id}")
    assert render(asking, {"saved": {"id": "B-1"}}) == build_matcher("contains", "B-1")


@pytest.mark.parametrize(
    ("text", "message", "available"),
    [
        ("{eta}", "{eta}: there is no 'eta'", ("result",)),
        ("{result.eta}", "{result.eta}: there is no 'eta' in result", ("status", "items")),
        (
            "{result.items[5].sku}",
            "{result.items[5].sku}: result.items is a list of 1, in which there is no [5]",
            (),
        ),
        (
            "{result.status.code}",
            "{result.status.code}: result.status is text, in which there is no 'code'",
            (),
        ),
        (
            "{result.items.x}",
            "{result.items.x}: result.items is a list of 1, in which there is no 'x'",
            (),
        ),
    ],
)
def test_a_missing_value_names_the_first_step_that_leads_nowhere(
    text: str, message: str, available: tuple[str, ...]
) -> None:
    with pytest.raises(MissingValue) as caught:
        render(text, {"result": {"status": "sent", "items": [{"y": 1}]}})
    assert str(caught.value) == message
    assert caught.value.available == available


def test_placeholders_are_listed_in_order_without_braces() -> None:
    assert placeholders("{a} {{b}} {result.c[0]} { d }") == ("a", "result.c[0]")
