"""`on_call` and `on_resolve`: held against every conversation without being asked."""

from __future__ import annotations

import pytest

from pytest_tavus.trace.events import ToolStatus
from tests.verdict.checks.conversations import Place, story_with_speech
from tests.verdict.checks.story import (
    ANY,
    OnCallWord,
    OnResolveWord,
    Story,
    expect,
    findings,
    in_order,
    report,
    tool,
    turn,
)

SAYS = "the rule is at p.pal.yaml#tools[0]"


def afterwards(said: list[str], status: ToolStatus) -> Story:
    after: list[tuple[Place, str]] = [("after", text) for text in said]
    return story_with_speech(*after, status=status, output="no such order")


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
def test_speech_during_an_open_call_follows_on_call(
    on_call: OnCallWord, said: list[tuple[Place, str]]
) -> None:
    tools = (tool(on_call=on_call, static_filler="Hold on."),)
    assert findings(story_with_speech(*said, ("after", "Five.")), ANY, tools=tools) == []


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
def test_speech_that_on_call_forbids_is_quoted(
    on_call: OnCallWord | None, said: list[tuple[Place, str]], message: str
) -> None:
    tools = (tool(on_call=on_call, static_filler="Hold on."),)
    (finding,) = report(story_with_speech(*said, ("after", "Five.")), ANY, tools=tools).findings
    assert (finding.kind, finding.message) == ("on_call", message)
    assert finding.hint == (
        f"{SAYS}.on_call:1:1; `unchecked: [on_call]` on the turn switches it off"
    )


def test_silence_is_not_demanded_of_a_pal_that_does_not_wait() -> None:
    tools = (tool(on_resolve="fire_and_forget"),)
    assert findings(story_with_speech(("during", "Sure, done.")), ANY, tools=tools) == []


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
def test_speech_after_an_answer_follows_on_resolve(
    on_resolve: OnResolveWord, status: ToolStatus, said: list[str]
) -> None:
    story = afterwards(said, status)
    expected = turn(in_order(expect(status=status)))
    assert findings(story, expected, tools=(tool(on_resolve=on_resolve),)) == []


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
def test_speech_that_on_resolve_forbids_is_quoted(
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
    (kind, message), *rest = findings(
        story_with_speech(("after", "Five.")), ANY, tools=(tool(on_resolve=None),)
    )
    assert (kind, rest) == ("on_resolve", [])
    assert message.startswith("on_resolve of get_order_status is fire_and_forget (the default): ")
