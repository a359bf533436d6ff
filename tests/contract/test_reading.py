"""A body is read with every problem of shape and of rule in one pass, in its author's words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.contract.reading import read_pal
from pytest_tavus.spans import format_loc
from tests.contract.samples import api_body, told, tool_body

AUTH_TYPES = "none, bearer, basic, api_key, oauth2_client_credentials, hmac"
AUTH = "tools[0].delivery.api.auth"


def told_of(body: Any) -> list[tuple[str, str, str | None]]:
    return [(format_loc(p.loc), p.message, p.hint) for p in read_pal(body).problems]


def of_tool(**changes: Any) -> dict[str, Any]:
    return {"tools": [tool_body(**changes)]}


def of_api(**changes: Any) -> dict[str, Any]:
    return {"tools": [api_body(**changes)]}


def test_a_good_body_gives_a_pal_and_no_problem() -> None:
    reading = read_pal({"pal_name": "Support", "tools": [tool_body(), api_body(), tool_body()][:1]})
    assert reading.problems == ()
    assert reading.value is not None
    assert reading.value.pal_name == "Support"


def test_a_broken_rule_leaves_the_pal_to_be_looked_at() -> None:
    reading = read_pal(of_tool(name="a-b"))
    assert reading.value is not None
    assert [problem.rule for problem in reading.problems] == ["tool_name"]


@pytest.mark.parametrize(
    ("body", "place", "message", "hint"),
    [
        (3, "", "expected a mapping, found 3", None),
        ([], "", "expected a mapping, found a list", None),
        ({"pal_nme": "x"}, "pal_nme", "unknown key 'pal_nme'", "did you mean 'pal_name'?"),
        ({1: 2}, "[1]", "expected a text key, found 1", None),
        ({"pal_name": 7}, "pal_name", "expected text, found 7", None),
        ({"persona_name": 7}, "persona_name", "expected text, found 7", None),
        ({"is_template": 1}, "is_template", "expected true or false, found 1", None),
        ({"tools": {}}, "tools", "expected a list, found a mapping", None),
        ({"tools": [3]}, "tools[0]", "expected a mapping, found 3", None),
        (of_tool(descripton="x"), "tools[0].descripton", "unknown key 'descripton'",
         "did you mean 'description'?"),
        (of_tool(name=None), "tools[0].name", "'name' is missing", None),
        (of_tool(on_call="silnt"), "tools[0].on_call",
         "expected 'generate_filler', 'static_filler', 'silent' or 'passthrough', found 'silnt'",
         "did you mean 'silent'?"),
        (of_tool(origin="x" * 90), "tools[0].origin",
         f"expected 'llm', 'vision' or 'audio', found '{'x' * 76}...", None),
        (of_tool(delivery={"ap": {}}), "tools[0].delivery.ap", "unknown key 'ap'",
         "did you mean 'api'?"),
        (of_tool(delivery={"zz": {}}), "tools[0].delivery.zz", "unknown key 'zz'",
         "one of: app_message, api"),
        (of_api(method="get"), "tools[0].delivery.api.method",
         "expected 'GET', 'POST', 'PUT', 'PATCH', 'DELETE' or 'HEAD', found 'get'",
         "did you mean 'GET'?"),
        (of_api(method=3), "tools[0].delivery.api.method",
         "expected 'GET', 'POST', 'PUT', 'PATCH', 'DELETE' or 'HEAD', found 3", None),
        (of_api(timeout="10"), "tools[0].delivery.api.timeout",
         "expected a number, found '10'", None),
        (of_api(query_params={"n": 3}), "tools[0].delivery.api.query_params.n",
         "expected text, found a number", None),
        (of_api(auth={"type": "bear"}), AUTH,
         f"'type' is not a known one: expected {AUTH_TYPES}", None),
        (of_api(auth={}), AUTH, "'type' is missing", f"one of: {AUTH_TYPES}"),
        (of_api(auth={"type": "bearer"}), f"{AUTH}.token", "'token' is missing", None),
        (of_api(auth={"type": "hmac", "secret": "s", "key": 1}), f"{AUTH}.key",
         "unknown key", "one of: type, secret"),
        ({"objectives": {"data": [{"objective_name": "a"}]}},
         "objectives.data[0].objective_prompt", "'objective_prompt' is missing", None),
        ({"persona_name": "a", "pal_name": "b"}, "",
         "persona_name and pal_name are two spellings of one field and have different values",
         None),
    ],
)  # fmt: skip
def test_a_wrong_shape_is_told_at_its_place(
    body: Any, place: str, message: str, hint: str | None
) -> None:
    reading = read_pal(body)
    assert reading.value is None
    assert told_of(body) == [(place, message, hint)]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"auth": {"type": "bearer", "token": 5150}}, "expected text, found a number"),
        ({"auth": {"type": "bearer", "token": True}}, "expected text, found true or false"),
        ({"auth": {"type": "hmac", "secret": ["5150"]}}, "expected text, found a list"),
        ({"auth": "5150"}, "expected a mapping, found text"),
        ({"headers": {"X-Key": 5150}}, "expected text, found a number"),
        ({"headers": "5150"}, "expected a mapping, found text"),
        ({"headers": {"X-Key": b"5150"}}, "expected text, found something else"),
    ],
)
def test_what_may_be_a_secret_is_not_shown(changes: dict[str, Any], message: str) -> None:
    assert [told for _, told, _ in told_of(of_api(**changes))] == [message]


def test_sound_tools_are_held_to_the_rules_beside_broken_ones() -> None:
    body = {"pal_name": 7, "tools": [tool_body(name=3), tool_body(name="a-b"), tool_body()]}
    assert [(place, message.split(" ")[0]) for place, message in told(read_pal(body).problems)] == [
        ("pal_name", "expected"),
        ("tools[0].name", "expected"),
        ("tools[1].name", "'a-b'"),
    ]


words = st.sampled_from(
    ["pal_name", "tools", "name", "delivery", "api", "auth", "type", "bearer", "headers", "layers",
     "objectives", "data", "guardrails", "description", "persona_name", "conversational_flow"]
)  # fmt: skip
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_no_body_is_beyond_judgement(body: Any) -> None:
    reading = read_pal(body)
    assert reading.value is not None or reading.problems


@given(json_values)
def test_no_tool_is_beyond_judgement(part: Any) -> None:
    tool = {"name": "a", "description": "d", "delivery": {"api": {"url": "https://a.example"}}}
    for field in ("parameters", "delivery", "tags", "origin"):
        body = {"tools": [{**tool, field: part}]}
        assert read_pal(body).value is not None or read_pal(body).problems
    api = {"url": "https://a.example", "auth": part, "body_template": part, "headers": part}
    body = {"tools": [{**tool, "delivery": {"api": api}}]}
    assert read_pal(body).value is not None or read_pal(body).problems
