"""The carrier: its tools, its script, and what it takes from the client's context."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.contract.pal.rules import problems
from pytest_tavus.scenario.load.parse import parse_inline
from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.scenario.values.templates import render
from pytest_tavus.simulator.account.builder.carrier import (
    CARRIER_IDS,
    CLOSING,
    ROUNDS,
    build_default_script,
    carrier,
    carrier_script,
    find_request,
)
from pytest_tavus.simulator.rooms.played import ScriptBook

PROD = "p1abc173c043"


def script_of(pal: dict[str, str]) -> Scenario:
    turns = [{"user": "hi", "says": {"contains": "x"}, "plays": {"says": "x"}}]
    return parse_inline({"pal": pal, "turns": turns}, name="own")


@pytest.mark.parametrize("pal_id", sorted(CARRIER_IDS))
def test_the_carrier_is_a_valid_pal(pal_id: str) -> None:
    pal = carrier(pal_id)
    assert list(problems(pal)) == []
    assert [tool.name for tool in pal.tools] == [
        "draft_pal",
        "update_persona_field",
        "read_knowledge_document",
        "publish_persona",
    ]


def test_the_built_in_script_drafts_from_the_request_and_then_closes() -> None:
    first, second, third, *others = build_default_script(carrier(PROD), request="A tutor.").turns
    assert first.plays is not None
    assert first.plays.calls is not None
    ((call,),) = first.plays.calls
    assert call.tool == "draft_pal"
    assert call.arguments["sections_brief"] == "A tutor."
    assert call.arguments["response_to_user"] == "I am drafting your PAL."
    assert second.plays is not None
    assert (second.plays.calls, second.plays.says) == ((), CLOSING)
    assert third.plays is not None
    assert third.plays.calls is not None
    assert third.plays.calls[0][0].arguments["sections_brief"] == (
        "Change the draft as the creator's latest request asks."
    )
    assert len(others) == 2 * ROUNDS - 3


@given(st.text())
def test_no_brace_of_a_request_is_a_placeholder(request: str) -> None:
    first = build_default_script(carrier(PROD), request=request).turns[0]
    assert first.plays is not None
    assert first.plays.calls is not None
    assert render(first.plays.calls[0][0].arguments, {})["sections_brief"] == request


def test_a_scenario_that_names_the_carrier_is_played_instead() -> None:
    book = ScriptBook()
    book.add(script_of({"pal_name": "PAL Maker"}))
    book.add(script_of({"system_prompt": "anybody"}))
    built_in = carrier_script(book, carrier(PROD), request="x")
    assert built_in.name == "the carrier drafts what the creator asks for"
    own = script_of({"pal_id": PROD})
    book.add(own)
    assert carrier_script(book, carrier(PROD), request="x") is own


def test_the_request_is_found_in_the_context_of_the_official_client() -> None:
    context = (
        "before\n<creator_initial_request>\nWhat the creator typed to open the session.\n"
        "A tutor.\nFor maths.\n</creator_initial_request>\nafter"
    )
    assert find_request(context) == "A tutor.\nFor maths."
    assert find_request("nothing of the kind") is None
