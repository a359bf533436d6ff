"""A finding about a call stands at the call's own line, where there is one."""

from __future__ import annotations

from pytest_tavus.scenario.values.model import PlayedCall, Plays, Turn
from pytest_tavus.trace.events import Fault
from tests.verdict.checks.story import Story, expect, in_order, report, turn

WRONG = {"order_id": 5}


def places(story: Story, *turns: Turn) -> list[str]:
    found = report(story, *turns).findings
    return [str(one.span) for one in found if one.kind == "invalid_arguments"]


def test_invalid_arguments_have_the_line_of_the_expected_call() -> None:
    story = Story().user().call().call(arguments=WRONG).pal("hi").end()
    first, second = expect(at=("calls", 0)), expect(arguments=WRONG, at=("calls", 1))
    assert places(story, turn(in_order(first, second))) == ["s.yaml#calls[1]:1:1"]


def test_invalid_arguments_have_the_line_of_the_played_call() -> None:
    story = Story().user().call(arguments=WRONG).pal("hi").end()
    played = PlayedCall(at=("plays", "calls", 0), tool="get_order_status", arguments=WRONG)
    plays = Plays(at=("plays",), calls=((played,),))
    assert places(story, turn(in_order(expect()), plays=plays)) == ["s.yaml#plays.calls[0]:1:1"]


def test_an_unwritten_call_has_the_line_of_its_turn() -> None:
    story = Story().user().call(arguments=WRONG).pal("hi").end()
    assert places(story, turn()) == ["s.yaml#turns[0]:1:1"]


def test_a_request_that_cannot_be_written_is_a_fault_of_the_scenario_with_its_hint() -> None:
    story = Story().user()
    call_id = story.opens()
    message = "get_order_status cannot be sent: the token is more than one line"
    story.record(Fault(owner="test", message=message, detail="write it on a single line"))
    story.resolves(call_id, "", status="unanswered", http_status=None, by="nobody").pal("hi").end()
    (finding,) = report(story, turn(in_order(expect(at=("calls", 0))))).findings
    assert (finding.kind, finding.owner, finding.message) == ("fault", "test", message)
    assert (finding.hint, finding.detail) == ("write it on a single line", None)
    assert str(finding.span) == "s.yaml#calls[0]:1:1"
