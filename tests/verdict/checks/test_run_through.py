"""Faults, turns that never took place, forbidden and malformed calls of the whole conversation."""

from __future__ import annotations

from typing import Literal

import pytest

from pytest_tavus.scenario.values.model import CallPattern, HandlerSpec
from pytest_tavus.trace.events import Fault, SessionClosed
from pytest_tavus.verdict.checks.run import Checker
from tests.verdict.checks.story import (
    ANY,
    ORDER,
    READ,
    Story,
    expect,
    findings,
    in_order,
    report,
    scenario,
    story_with_answer,
    tool,
    turn,
)

FORBIDDEN = (CallPattern(at=("never", 0), tool="get_order_status", arguments=ORDER),)


def test_a_finding_on_a_fault_has_the_owner_of_the_fault() -> None:
    fault = Fault(owner="platform", message="the room went away", detail="410")
    (finding,) = report(Story().user().record(fault).end(), turn()).findings
    assert (finding.kind, finding.owner, finding.detail) == ("fault", "platform", "410")
    assert finding.message == "the room went away"


def test_a_handler_that_did_not_start_is_reported_at_its_line() -> None:
    fault = Fault(owner="handler", message="importing 'shop' failed")
    story = Story().record(fault)
    first, _ = report(story, turn(), handler=HandlerSpec(at=("handler",), app="shop:app")).findings
    assert str(first.span) == "s.yaml#handler:1:1"


def test_turns_that_were_not_played_name_the_reason() -> None:
    story = Story().user().record(Fault(owner="platform", message="the room went away"))
    turns = [turn(at=("turns", n)) for n in range(3)]
    assert findings(story, *turns) == [
        ("fault", "the room went away"),
        ("not_run", "turns 2 to 3 of 3 were not played: the room went away"),
    ]


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("deadline", "the conversation went over its deadline"),
        ("cancelled", "the conversation was cancelled"),
        ("fault", "the conversation broke off"),
        ("finished", "the conversation ended early"),
        (None, "the trace ends before it"),
    ],
)
def test_a_conversation_that_ended_early_fails(
    reason: Literal["finished", "fault", "deadline", "cancelled"] | None, why: str
) -> None:
    story = Story().user().end()
    if reason is not None:
        story.record(SessionClosed(reason=reason))
    assert findings(story, turn(), turn(at=("turns", 1))) == [
        ("not_run", f"turn 2 of 2 was not played: {why}")
    ]


def test_an_empty_trace_is_not_run_and_no_evidence() -> None:
    found = report(Story(), turn(in_order(), at=("turns", 0)))
    assert [f.kind for f in found.findings] == ["not_run"]
    assert found.evidence.total == 0


def test_a_last_turn_that_was_cut_short_is_not_run() -> None:
    story = Story().user().record(SessionClosed(reason="deadline"))
    assert findings(story, turn()) == [
        (
            "not_run",
            "turn 1 of 1 was cut short: the conversation went over its deadline",
        )
    ]


def test_a_forbidden_call_is_found_in_the_scenario_and_in_the_turn() -> None:
    assert findings(story_with_answer({"order_id": "A-1"}), ANY, never=FORBIDDEN) == []
    (finding,) = report(story_with_answer(), ANY, never=FORBIDDEN).findings
    assert (finding.kind, str(finding.span)) == ("forbidden_call", "s.yaml#never[0]:1:1")
    assert finding.message == (
        "get_order_status: {order_id: A-10428} was called, which must never happen"
    )
    (in_turn,) = report(story_with_answer(), turn(in_order(expect()), never=FORBIDDEN)).findings
    assert in_turn.message == (
        "get_order_status: {order_id: A-10428} was called, which must never happen in this turn"
    )


def test_a_forbidden_call_of_another_turn_is_allowed() -> None:
    story = story_with_answer().user().pal("Bye.").end()
    second = turn(at=("turns", 1), never=FORBIDDEN)
    assert findings(story, ANY, second) == []


def test_a_tool_that_the_pal_does_not_have_is_named_with_the_nearest() -> None:
    story = story_with_answer(name="get_order")
    (finding,) = report(story, turn(in_order(expect("get_order")))).findings
    assert finding.message == "the PAL called 'get_order', which is not one of its tools"
    assert finding.hint == "did you mean 'get_order_status'?"
    other = story_with_answer(name="zzz")
    (finding,) = report(other, turn(in_order(expect("zzz")))).findings
    assert finding.hint == "its tools: get_order_status"


def test_system_tools_need_no_definition() -> None:
    story = story_with_answer(name="tavus_end_call")
    assert findings(story, turn(in_order(expect("tavus_end_call")))) == []


def test_findings_are_in_the_order_of_the_turns() -> None:
    story = story_with_answer({"order_id": 5}).user().call().pal("Hm.").end()
    found = report(story, ANY, turn(at=("turns", 1)), never=FORBIDDEN).findings
    assert [(f.turn, f.kind) for f in found] == [
        (1, "invalid_arguments"),
        (2, "unexpected_call"),
        (2, "forbidden_call"),
    ]


def test_a_checker_keeps_no_state_of_a_scenario() -> None:
    checker = Checker(read=READ)
    red, green = story_with_answer({"order_id": 5}).trace(), story_with_answer().trace()
    assert len(checker.check(scenario(ANY), red).findings) == 1
    assert checker.check(scenario(ANY), green).findings == ()
    other = scenario(ANY, tools=(tool(parameters={"properties": {"order_id": {"enum": [1]}}}),))
    assert len(checker.check(other, green).findings) == 1
