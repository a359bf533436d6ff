"""`events` and `quiet`: what a participant of the room would have seen."""

from __future__ import annotations

from typing import Any

from pytest_tavus.scenario.values.model import EventExpectation
from pytest_tavus.trace.events import AppMessage
from pytest_tavus.verdict.verdict import Difference
from tests.verdict.checks.story import Story, expect, findings, in_order, report, turn


def event(event_type: str, properties: Any = None, *, absent: bool = False) -> EventExpectation:
    return EventExpectation(
        at=("events",), event_type=event_type, properties=properties or {}, absent=absent
    )


SPOKEN = event("conversation.utterance", {"role": "replica", "speech": "Bye."})


def test_an_event_is_found_by_type_and_properties() -> None:
    found = report(Story().user().pal("Bye.").end(), turn(events=(SPOKEN,)))
    assert (found.findings, found.evidence.total) == ((), 1)


def test_an_event_with_other_properties_is_shown_as_the_closest() -> None:
    (finding,) = report(Story().user().pal("Buy.").end(), turn(events=(SPOKEN,))).findings
    assert (finding.kind, finding.seqs) == ("missing_event", (3,))
    assert finding.message == (
        "the event conversation.utterance with {role: replica, speech: Bye.} was expected, "
        "but 2 of that type had other properties"
    )
    assert finding.closest == "conversation.utterance: {role: replica, speech: Buy.}"
    assert finding.differences == (
        Difference(path="properties.speech", expected="'Bye.' (text)", actual="'Buy.' (text)"),
    )


def test_an_event_of_an_unobserved_type_is_missing() -> None:
    assert findings(Story().user().end(), turn(events=(event("canvas.interaction"),))) == [
        ("missing_event", "the event canvas.interaction was expected, but none was seen")
    ]


def test_an_event_that_must_be_absent_is_forbidden() -> None:
    late = AppMessage(
        direction="to_tavus",
        event_type="conversation.tool_result",
        properties={"tool_call_id": "t9"},
        note="unknown id",
    )
    absent = turn(events=(event("conversation.tool_result", absent=True),))
    assert findings(Story().user().end(), absent) == []
    (finding,) = report(Story().user().record(late).end(), absent).findings
    assert (finding.kind, finding.closest) == (
        "forbidden_event",
        "conversation.tool_result: {tool_call_id: t9}",
    )
    assert finding.message == (
        "the event conversation.tool_result was expected to be absent, but was seen"
    )


def test_a_placeholder_without_a_value_in_an_event_is_a_finding() -> None:
    wanted = turn(events=(event("conversation.utterance", {"speech": "{saved.x}"}),))
    assert [kind for kind, _ in findings(Story().user().end(), wanted)] == ["nothing_saved"]


def test_recorded_silence_is_evidence() -> None:
    story = Story().user().pal("Bye.").end()
    assert report(story, turn(quiet=3.0)).evidence.total == 0
    found = report(story.end(quiet_for=3.0), turn(quiet=3.0))
    assert (found.findings, found.evidence.total) == ((), 1)


def test_speech_during_quiet_is_a_finding_with_its_time() -> None:
    story = Story().user().pal("Bye.").end().pal("Still there?").end(quiet_for=3.0)
    assert findings(story, turn(quiet=3.0)) == [
        (
            "not_quiet",
            (
                "the PAL was expected to be quiet for 3 s after its turn, "
                "but said 'Still there?' after 0.5 s"
            ),
        )
    ]


def test_a_call_during_quiet_is_one_finding() -> None:
    story = Story().user().pal("Bye.").end().call().end(quiet_for=3.0)
    assert findings(story, turn(quiet=3.0)) == [
        (
            "not_quiet",
            (
                "the PAL was expected to be quiet for 3 s after its turn, "
                "but called get_order_status: {order_id: A-10428} after 0.5 s"
            ),
        )
    ]


def test_events_after_the_end_belong_to_a_turn_without_quiet() -> None:
    story = Story().user().end().call()
    assert [kind for kind, _ in findings(story, turn())] == ["unexpected_call", "on_resolve"]


def test_the_hint_says_that_a_tool_over_http_sends_no_app_message() -> None:
    wanted = EventExpectation(at=("events", 0), event_type="conversation.tool_call")
    story = Story().user().call().pal("hi").end()
    (finding,) = report(story, turn(in_order(expect()), events=(wanted,))).findings
    assert finding.hint == (
        "get_order_status is delivered over HTTP, and such a tool sends no app message: "
        "write it under `calls:`"
    )
