"""`says` and `within`: they read what was said in the turn, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.matching.registry import build
from pytest_tavus.scenario.model import SpeechExpectation, Turn
from pytest_tavus.verdict import Difference
from tests.checks.story import Story, expect, in_order, report, told, turn


def says(**parts: Any) -> Turn:
    return turn(says=SpeechExpectation(at=("says",), **parts))


def heard(*texts: str) -> Story:
    story = Story().user()
    for text in texts:
        story.pal(text)
    return story.end()


@pytest.mark.parametrize(
    "parts",
    [
        {"contains": ("a-10428", "TODAY")},
        {"contains": ("today. Bye",)},
        {"contains": (build("re", r"A-\d+"),)},
        {"excludes": ("sorry",)},
        {"equals": "A-10428 comes today. Bye."},
        {"matches": (r"comes \w+",)},
    ],
    ids=str,
)
def test_speech_that_is_as_expected_is_accepted(parts: dict[str, Any]) -> None:
    found = report(heard("A-10428 comes today.", "Bye."), says(**parts))
    assert found.findings == ()
    assert found.evidence.total == sum(1 if isinstance(p, str) else len(p) for p in parts.values())


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"contains": ("6pm",)}, "the PAL was expected to say '6pm', but said something else"),
        (
            {"contains": (build("re", "^x"),)},
            "the PAL was expected to say !re '^x', but said something else",
        ),
        (
            {"matches": (r"\d+pm",)},
            (
                "the PAL was expected to say something that matches '\\\\d+pm', "
                "but said something else"
            ),
        ),
    ],
    ids=["text", "matcher", "pattern"],
)
def test_speech_that_is_missing_is_told_with_what_was_heard(
    parts: dict[str, Any], message: str
) -> None:
    (finding,) = report(heard("Tomorrow.", "Bye."), says(**parts)).findings
    assert (finding.kind, finding.message) == ("missing_speech", message)
    assert finding.detail == "heard: 'Tomorrow.'\nheard: 'Bye.'"


def test_silence_is_told_as_silence() -> None:
    assert told(heard(), says(contains=("6pm",))) == [
        ("missing_speech", "the PAL was expected to say '6pm', but said nothing")
    ]


def test_words_that_must_not_be_said_point_at_the_utterance() -> None:
    (finding,) = report(heard("Fine.", "SORRY, no."), says(excludes=("sorry",))).findings
    assert finding.message == "the PAL was expected not to say 'sorry', but did"
    assert (finding.kind, finding.seqs) == ("forbidden_speech", (4,))
    assert finding.detail == "heard: 'SORRY, no.'"


def test_equals_shows_both_texts() -> None:
    (finding,) = report(heard("Bye"), says(equals="Bye.")).findings
    assert finding.message == "the PAL was expected to say just 'Bye.', but said something else"
    assert finding.differences == (
        Difference(path="", expected="'Bye.' (text)", actual="'Bye' (text)"),
    )


def test_an_answer_on_the_wire_is_not_speech() -> None:
    story = Story().user().call(output={"eta": "6pm"}).pal("It comes later.").end()
    expected = turn(in_order(expect()), says=SpeechExpectation(at=("says",), contains=("6pm",)))
    assert told(story, expected) == [
        ("missing_speech", "the PAL was expected to say '6pm', but said something else")
    ]


def test_speech_of_another_turn_does_not_count() -> None:
    story = Story().user().pal("6pm").end().user().pal("Bye").end()
    second = turn(at=("turns", 1), says=SpeechExpectation(at=("says",), contains=("6pm",)))
    assert [kind for kind, _ in told(story, turn(), second)] == ["missing_speech"]


def test_the_last_word_must_come_in_time() -> None:
    assert told(heard("Hm.", "Bye."), turn(within=1.0)) == []
    assert told(heard("Hm.", "Bye."), turn(within=0.6)) == [
        (
            "too_late",
            (
                "the PAL was expected to be done within 0.6 s of the caller's line, "
                "but spoke after 1 s"
            ),
        )
    ]
    assert told(heard(), turn(within=2.0)) == [
        ("too_late", "the PAL was expected to speak within 2 s, but said nothing")
    ]


def test_silence_is_no_evidence_that_something_is_not_said() -> None:
    forbidden = says(excludes=("sorry",))
    assert report(heard(), forbidden).evidence.total == 0
    assert report(heard("Bye."), forbidden).evidence.total == 1
    assert report(heard(), forbidden).findings == ()
