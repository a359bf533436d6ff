"""`on_call` and `on_resolve`: held against every conversation without being asked."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from pytest_tavus.checks.run import check
from pytest_tavus.contract.behaviour import Behaviour
from pytest_tavus.scenario.model import UncheckedRule
from pytest_tavus.trace.events import ToolStatus
from tests.checks.story import (
    OnCallWord,
    OnResolveWord,
    Story,
    expect,
    in_any_order,
    in_order,
    report,
    scenario,
    told,
    tool,
    turn,
)

ANY = turn(in_order(expect()))
SAYS = "the rule is at p.pal.yaml#tools[0]"
Place = Literal["before", "during", "after"]


def conversation(
    *said: tuple[Place, str], status: ToolStatus = "success", output: str = "5"
) -> Story:
    def at(place: Place) -> None:
        for where, text in said:
            if where == place:
                story.pal(text)

    story = Story().user()
    at("before")
    call_id = story.opens()
    at("during")
    story.resolves(call_id, output, status=status)
    at("after")
    return story.end()


def afterwards(said: list[str], status: ToolStatus) -> Story:
    after: list[tuple[Place, str]] = [("after", text) for text in said]
    return conversation(*after, status=status, output="no such order")


@pytest.mark.parametrize(
    ("on_call", "said"),
    [
        ("silent", []),
        ("generate_filler", [("before", "Let me see.")]),
        ("generate_filler", [("during", "Let me see.")]),
        ("static_filler", [("before", "Hold on.")]),
        ("static_filler", [("during", "Hold on.")]),
        ("passthrough", []),
        ("passthrough", [("during", "I will look.")]),
    ],
)
def test_what_is_heard_while_a_call_is_open_follows_on_call(
    on_call: OnCallWord, said: list[tuple[Place, str]]
) -> None:
    tools = (tool(on_call=on_call, static_filler="Hold on."),)
    assert told(conversation(*said, ("after", "Five.")), ANY, tools=tools) == []


@pytest.mark.parametrize(
    ("on_call", "said", "message"),
    [
        (
            "silent",
            [("before", "Hm.")],
            (
                "on_call of get_order_status is silent: "
                "nothing was expected to be heard while it was running, but 'Hm.' was heard"
            ),
        ),
        (
            "silent",
            [("during", "Hm.")],
            (
                "on_call of get_order_status is silent: "
                "nothing was expected to be heard while it was running, but 'Hm.' was heard"
            ),
        ),
        (
            None,
            [],
            (
                "on_call of get_order_status is generate_filler: "
                "a filler was expected while it was running, but nothing was heard"
            ),
        ),
        (
            "static_filler",
            [("before", "Hm.")],
            (
                "on_call of get_order_status is static_filler: its static_filler 'Hold on.' "
                "was expected while it was running, but 'Hm.' was heard"
            ),
        ),
        (
            "static_filler",
            [("before", "Hold on."), ("during", "Hm.")],
            (
                "on_call of get_order_status is static_filler: nothing but its static_filler "
                "was expected while it was running, but 'Hm.' was heard"
            ),
        ),
    ],
)
def test_what_on_call_does_not_allow_is_told_with_what_was_heard(
    on_call: OnCallWord | None, said: list[tuple[Place, str]], message: str
) -> None:
    tools = (tool(on_call=on_call, static_filler="Hold on."),)
    (finding,) = report(conversation(*said, ("after", "Five.")), ANY, tools=tools).findings
    assert (finding.kind, finding.message) == ("on_call", message)
    assert finding.hint == (
        f"{SAYS}.on_call:1:1; `unchecked: [on_call]` on the turn switches it off"
    )


def test_silence_is_not_demanded_of_a_pal_that_does_not_wait() -> None:
    tools = (tool(on_resolve="fire_and_forget"),)
    assert told(conversation(("during", "Sure, done.")), ANY, tools=tools) == []


@pytest.mark.parametrize(
    ("on_resolve", "status", "said"),
    [
        ("generate_response", "success", ["It is five."]),
        ("generate_response", "error", ["Sorry."]),
        ("generate_response", "timeout", ["Sorry."]),
        ("generate_response", "unanswered", []),
        ("response_in_result", "success", ["no such order"]),
        ("response_in_result", "error", ["Sorry."]),
        ("response_in_result", "unanswered", []),
        ("add_to_context", "success", []),
        ("add_to_context", "error", []),
        ("fire_and_forget", "success", []),
        ("fire_and_forget", "timeout", []),
    ],
)
def test_what_is_heard_after_an_answer_follows_on_resolve(
    on_resolve: OnResolveWord, status: ToolStatus, said: list[str]
) -> None:
    story = afterwards(said, status)
    expected = turn(in_order(expect(status=status)))
    assert told(story, expected, tools=(tool(on_resolve=on_resolve),)) == []


SPEAK = "the PAL was expected to speak of the answer, but nothing was heard"
SORRY = "the PAL was expected to acknowledge the failure, but nothing was heard"
QUOTE = "the PAL was expected not to quote a failed answer, but 'Well: no such order' was heard"
VERBATIM = "the answer was expected to be spoken word for word, but 'Well: no such order' was heard"
NOTHING = "nothing was expected to be heard of the answer, but 'Well: no such order' was heard"


@pytest.mark.parametrize(
    ("on_resolve", "status", "said", "message"),
    [
        ("generate_response", "success", [], SPEAK),
        ("generate_response", "error", [], SORRY),
        ("generate_response", "timeout", [], SORRY),
        ("generate_response", "error", ["Well: no such order"], QUOTE),
        ("response_in_result", "success", ["Well: no such order"], VERBATIM),
        ("response_in_result", "error", ["Well: no such order"], QUOTE),
        ("response_in_result", "unanswered", ["Well: no such order"], NOTHING),
        ("add_to_context", "success", ["Well: no such order"], NOTHING),
        ("add_to_context", "error", ["Well: no such order"], NOTHING),
        ("fire_and_forget", "success", ["Well: no such order"], NOTHING),
        ("fire_and_forget", "error", ["Well: no such order"], NOTHING),
    ],
)
def test_what_on_resolve_does_not_allow_is_told_with_what_was_heard(
    on_resolve: OnResolveWord, status: ToolStatus, said: list[str], message: str
) -> None:
    story = afterwards(said, status)
    expected = turn(in_order(expect(status=status)))
    (finding,) = report(story, expected, tools=(tool(on_resolve=on_resolve),)).findings
    assert finding.kind == "on_resolve"
    assert finding.message == (
        f"on_resolve of get_order_status is {on_resolve}: after {status}, {message}"
    )
    assert finding.hint == (
        f"{SAYS}.on_resolve:1:1; `unchecked: [on_resolve]` on the turn switches it off"
    )


def test_the_default_of_on_resolve_is_named_as_such() -> None:
    (kind, message), *rest = told(
        conversation(("after", "Five.")), ANY, tools=(tool(on_resolve=None),)
    )
    assert (kind, rest) == ("on_resolve", [])
    assert message.startswith("on_resolve of get_order_status is fire_and_forget (the default): ")


def test_several_calls_may_share_one_reply() -> None:
    story = Story().user()
    first, second = story.opens(), story.opens()
    story.resolves(first).resolves(second).pal("Both are on their way.").end()
    assert told(story, turn(in_any_order(expect(), expect()))) == []


def test_speech_is_allowed_where_any_open_call_allows_it() -> None:
    tools = (tool(), tool("book", on_call="generate_filler"))
    story = Story().user().pal("One moment.")
    first, second = story.opens(), story.opens("book")
    story.resolves(first).resolves(second).pal("Done.").end()
    assert told(story, turn(in_any_order(expect(), expect("book"))), tools=tools) == []


def test_a_reply_to_one_call_does_not_break_the_silence_after_another() -> None:
    tools = (tool(), tool("note", on_resolve="add_to_context"))
    story = Story().user()
    first, second = story.opens(), story.opens("note")
    story.resolves(first).resolves(second).pal("It is on its way.").end()
    assert told(story, turn(in_any_order(expect(), expect("note"))), tools=tools) == []


def test_a_filler_of_a_later_call_is_no_reply_to_an_earlier_one() -> None:
    tools = (
        tool(),
        tool("note", on_call="generate_filler", on_resolve="response_in_result"),
    )
    story = Story().user().call().pal("Let me note that.", "i2")
    call_id = story.opens("note", inference="i2")
    story.resolves(call_id, "", status="unanswered", http_status=None, by="client").end()
    expected = turn(in_order(expect(), expect("note", status="unanswered")))
    assert told(story, expected, tools=tools) == [
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
    story = conversation(("before", "Hm."))
    expected = turn(in_order(expect()), unchecked=rules if place == "turn" else nothing)
    off = rules if place == "scenario" else nothing
    assert told(story, expected, unchecked=off) == []
    assert [kind for kind, _ in told(story, ANY)] == ["on_call", "on_resolve"]


@pytest.mark.parametrize("more", [{"origin": "vision"}, {"trigger_type": "post_call"}])
def test_perception_and_post_call_tools_are_exempt(more: dict[str, Any]) -> None:
    tools = (tool(on_call=None, on_resolve=None, **more),)
    assert told(conversation(("after", "Five.")), ANY, tools=tools) == []


def test_the_tables_can_be_replaced_cell_by_cell() -> None:
    behaviour = Behaviour().with_cells({"on_resolve.generate_response.success": "nothing"})
    story = conversation().trace()
    assert check(scenario(ANY), story, behaviour=behaviour).findings == ()
    assert [f.kind for f in check(scenario(ANY), story).findings] == ["on_resolve"]
