"""Each rule of a tool: what breaks it, in these words at this place, and what does not."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.contract.tool.tool import Tool
from tests.contract.samples import api_body, pal, told_of_pal, told_of_tool, tool, tool_body

Told = list[tuple[str, str]]

GOOD_NAMES = st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]{0,63}", fullmatch=True)


def told_of_name(name: str) -> Told:
    return [
        (
            "name",
            (
                f"{name!r} cannot be the name of a tool: expected letters, digits and _, "
                "not beginning with a digit, at most 64 characters"
            ),
        )
    ]


@pytest.mark.parametrize("name", ["", "1st", "get-order", "a b", "é", "a" * 65, "name\n", "a.b"])
def test_a_name_outside_the_pattern_is_refused(name: str) -> None:
    assert told_of_tool(tool(name=name)) == told_of_name(name)


@pytest.mark.parametrize("name", ["a", "_", "get_order_status", "A9", "a" * 64])
def test_a_name_inside_the_pattern_is_accepted(name: str) -> None:
    assert told_of_tool(tool(name=name)) == []


@given(st.text(max_size=70))
def test_a_name_is_accepted_exactly_if_it_matches_the_pattern_as_a_whole(name: str) -> None:
    accepted = re.match(r"[a-zA-Z_][a-zA-Z0-9_]{0,63}\Z", name) is not None
    assert told_of_tool(tool(name=name)) == ([] if accepted else told_of_name(name))


@given(GOOD_NAMES, st.sampled_from("-. \n!é\u200b"))
def test_one_foreign_character_spoils_a_good_name(name: str, foreign: str) -> None:
    assert told_of_tool(tool(name=name)) == []
    assert told_of_tool(tool(name=name + foreign)) == told_of_name(name + foreign)


def test_an_empty_description_is_refused() -> None:
    assert told_of_tool(tool(description="")) == [
        (
            "description",
            "the description is empty: expected what the tool is for and when to call it",
        )
    ]


def test_description_and_parameters_share_ten_thousand_characters() -> None:
    parameters = tool_body()["parameters"]
    room = 10_000 - len(json.dumps(parameters, sort_keys=True))
    assert told_of_tool(tool(description="d" * room)) == []
    assert told_of_tool(tool(description="d" * (room + 1))) == [
        (
            "parameters",
            "description and parameters are 10001 characters together, expected at most 10000",
        )
    ]


def test_a_description_alone_can_be_too_long() -> None:
    assert told_of_tool(tool(parameters={}, description="d" * 9_998)) == []
    assert told_of_tool(tool(parameters={}, description="d" * 9_999)) == [
        (
            "description",
            "description and parameters are 10001 characters together, expected at most 10000",
        )
    ]


@pytest.mark.parametrize("filler", [None, "", "  "])
def test_on_call_static_filler_needs_its_text(filler: str | None) -> None:
    assert told_of_tool(tool(on_call="static_filler", static_filler="One moment.")) == []
    assert told_of_tool(tool(on_call="static_filler", static_filler=filler)) == [
        (
            "static_filler",
            (
                "static_filler is missing: expected the text to be said, "
                "because on_call is 'static_filler'"
            ),
        )
    ]


@pytest.mark.parametrize("origin", ["vision", "audio"])
@pytest.mark.parametrize(
    ("field", "value"), [("on_call", "silent"), ("static_filler", "One moment.")]
)
def test_nothing_is_said_while_a_perception_tool_runs(origin: str, field: str, value: str) -> None:
    body = tool_body(origin=origin, on_resolve=None)
    assert told_of_tool(Tool.from_json(body)) == []
    assert told_of_tool(Tool.from_json({**body, field: value})) == [
        (field, f"{field} must be absent when origin is {origin!r}")
    ]


@pytest.mark.parametrize("value", ["generate_response", "response_in_result", "add_to_context"])
def test_a_perception_tool_can_only_be_fire_and_forget(value: str) -> None:
    assert told_of_tool(tool(origin="audio", on_resolve="fire_and_forget")) == []
    assert told_of_tool(tool(origin="audio", on_resolve=value)) == [
        (
            "on_resolve",
            (
                f"on_resolve must be absent or 'fire_and_forget' when origin is 'audio', "
                f"found {value!r}"
            ),
        )
    ]


def test_a_post_call_tool_has_no_origin_and_no_app_message() -> None:
    body = {**api_body(), "trigger_type": "post_call"}
    assert told_of_tool(Tool.from_json(body)) == []
    changed = {**body, "origin": "llm", "delivery": {"app_message": True}}
    assert told_of_tool(Tool.from_json(changed)) == [
        ("origin", "origin must be absent when trigger_type is 'post_call'"),
        ("delivery", "delivery must be api when trigger_type is 'post_call', found app_message"),
    ]


@pytest.mark.parametrize(
    ("delivery", "found"),
    [
        ({}, "neither"),
        ({"app_message": False}, "neither"),
        ({"app_message": True, "api": {"url": "https://api.example.com"}}, "both"),
    ],
)
def test_a_tool_has_exactly_one_channel(delivery: dict[str, Any], found: str) -> None:
    assert told_of_tool(tool(delivery=delivery)) == [
        ("delivery", f"delivery must be exactly one of app_message and api, found {found}")
    ]


@pytest.mark.parametrize(
    "delivery",
    [
        {"app_message": True},
        {"app_message": True, "api": None},
        {"app_message": False, "api": {"url": "https://api.example.com"}},
        {"api": {"url": "https://api.example.com"}},
    ],
)
def test_one_channel_is_accepted_however_it_is_written(delivery: dict[str, Any]) -> None:
    assert told_of_tool(tool(delivery=delivery)) == []


def test_two_tools_cannot_share_a_name() -> None:
    other = tool_body(name="other")
    assert told_of_pal(pal(tools=[tool_body(), other])) == []
    assert told_of_pal(pal(tools=[tool_body(), other, tool_body()])) == [
        (
            "tools[2].name",
            "the tool name 'get_order_status' is already that of tools[0]: names must be unique",
        )
    ]


def test_a_pal_has_at_most_fifty_tools_counted_once_each() -> None:
    written = [tool_body(name=f"t{n}", tool_id=f"id{n}") for n in range(48)]
    attached = ["id0", "id1", "a", "b", "a"]
    assert told_of_pal(pal(tools=written, tool_ids=attached)) == []
    assert told_of_pal(pal(tools=written, tool_ids=[*attached, "c"])) == [
        ("tools", "a PAL can have at most 50 tools, found 51")
    ]
    assert told_of_pal(pal(tools=[], tool_ids=[f"id{n}" for n in range(51)])) == [
        ("tool_ids", "a PAL can have at most 50 tools, found 51")
    ]


def test_a_tool_id_is_not_empty() -> None:
    assert told_of_pal(pal(tool_ids=["a", ""])) == [("tool_ids[1]", "a tool id must not be empty")]


@pytest.mark.parametrize("origin", ["vision", "audio"])
def test_a_perception_tool_needs_perception(origin: str) -> None:
    tools = [tool_body(), tool_body(name="seen", origin=origin, on_resolve=None)]
    off = {"perception": {"perception_model": "off"}}
    on = {"perception": {"perception_model": "raven-0"}}
    assert told_of_pal(pal(tools=tools)) == []
    assert told_of_pal(pal(tools=tools, layers=on)) == []
    assert told_of_pal(pal(layers=off)) == []
    assert told_of_pal(pal(tools=tools, layers=off)) == [
        (
            "tools[1].origin",
            (
                f"a tool with origin {origin!r} can never be called: "
                "layers.perception.perception_model is 'off'"
            ),
        )
    ]


def test_all_problems_of_a_tool_are_told_in_one_pass() -> None:
    body = tool_body(name="1", description="", delivery={}, on_call="static_filler")
    assert [place for place, _ in told_of_pal(pal(tools=[tool_body(), body]))] == [
        "tools[1].name",
        "tools[1].description",
        "tools[1].delivery",
        "tools[1].static_filler",
    ]
