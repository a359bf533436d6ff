"""The rules of `on_call` and `on_resolve` with several calls, switched off, and replaced."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.contract.behaviour import Behaviour
from pytest_tavus.scenario.values.model import UncheckedRule
from pytest_tavus.verdict.checks.run import Checker
from tests.verdict.checks.conversations import story_with_speech
from tests.verdict.checks.story import (
    ANY,
    READ,
    Story,
    check,
    expect,
    findings,
    in_any_order,
    in_order,
    scenario,
    tool,
    turn,
)


def test_several_calls_may_share_one_reply() -> None:
    story = Story().user()
    first, second = story.opens(), story.opens()
    story.resolves(first).resolves(second).pal("Both are on their way.").end()
    assert findings(story, turn(in_any_order(expect(), expect()))) == []


def test_speech_is_allowed_where_any_open_call_allows_it() -> None:
    tools = (tool(), tool("book", on_call="generate_filler"))
    story = Story().user().pal("One moment.")
    first, second = story.opens(), story.opens("book")
    story.resolves(first).resolves(second).pal("Done.").end()
    assert findings(story, turn(in_any_order(expect(), expect("book"))), tools=tools) == []


def test_a_reply_to_one_call_does_not_break_the_silence_after_another() -> None:
    tools = (tool(), tool("note", on_resolve="add_to_context"))
    story = Story().user()
    first, second = story.opens(), story.opens("note")
    story.resolves(first).resolves(second).pal("It is on its way.").end()
    assert findings(story, turn(in_any_order(expect(), expect("note"))), tools=tools) == []


def test_a_filler_of_a_later_call_is_no_reply_to_an_earlier_one() -> None:
    tools = (
        tool(),
        tool("note", on_call="generate_filler", on_resolve="response_in_result"),
    )
    story = Story().user().call().pal("Let me note that.", "i2")
    call_id = story.opens("note", inference="i2")
    story.resolves(call_id, "", status="unanswered", http_status=None, by="client").end()
    expected = turn(in_order(expect(), expect("note", status="unanswered")))
    assert findings(story, expected, tools=tools) == [
        (
            "on_resolve",
            (
                "on_resolve of get_order_status is generate_response: after success, "
                "the PAL was expected to speak of the answer, but 'Let me note that.' was heard"
            ),
        )
    ]


@pytest.mark.parametrize("place", ["turn", "scenario"])
def test_a_rule_can_be_switched_off(place: str) -> None:
    rules: frozenset[UncheckedRule] = frozenset({"on_call", "on_resolve"})
    nothing: frozenset[UncheckedRule] = frozenset()
    story = story_with_speech(("before", "Hm."))
    expected = turn(in_order(expect()), unchecked=rules if place == "turn" else nothing)
    off = rules if place == "scenario" else nothing
    assert findings(story, expected, unchecked=off) == []
    assert [kind for kind, _ in findings(story, ANY)] == ["on_call", "on_resolve"]


@pytest.mark.parametrize("more", [{"origin": "vision"}, {"trigger_type": "post_call"}])
def test_perception_and_post_call_tools_are_exempt(more: dict[str, Any]) -> None:
    tools = (tool(on_call=None, on_resolve=None, **more),)
    assert findings(story_with_speech(("after", "Five.")), ANY, tools=tools) == []


def test_the_tables_can_be_replaced_cell_by_cell() -> None:
    behaviour = Behaviour().with_cells({"on_resolve.generate_response.success": "nothing"})
    story = story_with_speech().trace()
    assert Checker(read=READ, behaviour=behaviour).check(scenario(ANY), story).findings == ()
    assert [f.kind for f in check(scenario(ANY), story, read=READ).findings] == ["on_resolve"]
