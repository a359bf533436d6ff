"""`says` and `within`: they read what was said in the turn, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.matching.matchers.registry import build_matcher
from pytest_tavus.scenario.values.model import Plays, SpeechExpectation, Turn
from pytest_tavus.trace.events import AnsweredBy, PalSaid, Saved
from pytest_tavus.verdict.verdict import Difference
from tests.verdict.checks.story import Story, expect, findings, in_order, report, turn


def turn_with_says(**parts: Any) -> Turn:
    return turn(says=SpeechExpectation(at=("says",), **parts))


def story_with_speech(*texts: str) -> Story:
    story = Story().user()
    for text in texts:
        story.pal(text)
    return story.end()


@pytest.mark.parametrize(
    "parts",
    [
        {"contains": ("a-10428", "TODAY")},
        {"contains": ("today. Bye",)},
        {"contains": (build_matcher("re", r"A-\d+"),)},
        {"excludes": ("sorry",)},
        {"equals": "A-10428 comes today. Bye."},
        {"matches": (r"comes \w+",)},
    ],
    ids=str,
)
def test_expected_speech_is_accepted(parts: dict[str, Any]) -> None:
    found = report(story_with_speech("A-10428 comes today.", "Bye."), turn_with_says(**parts))
    assert found.findings == ()
    assert found.evidence.total == sum(1 if isinstance(p, str) else len(p) for p in parts.values())


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"contains": ("6pm",)}, "the PAL was expected to say '6pm', but said something else"),
        (
            {"contains": (build_matcher("re", "^x"),)},
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
def test_missing_speech_is_shown_with_the_actual_speech(
    parts: dict[str, Any], message: str
) -> None:
    (finding,) = report(story_with_speech("Tomorrow.", "Bye."), turn_with_says(**parts)).findings
    assert (finding.kind, finding.message) == ("missing_speech", message)
    assert finding.detail == "heard: 'Tomorrow.'\nheard: 'Bye.'"


def test_missing_speech_of_a_silent_pal_says_so() -> None:
    assert findings(story_with_speech(), turn_with_says(contains=("6pm",))) == [
        ("missing_speech", "the PAL was expected to say '6pm', but said nothing")
    ]


def test_forbidden_speech_points_at_the_utterance() -> None:
    (finding,) = report(
        story_with_speech("Fine.", "SORRY, no."), turn_with_says(excludes=("sorry",))
    ).findings
    assert finding.message == "the PAL was expected not to say 'sorry', but did"
    assert (finding.kind, finding.seqs) == ("forbidden_speech", (4,))
    assert finding.detail == "heard: 'SORRY, no.'"


def test_equals_shows_both_texts() -> None:
    (finding,) = report(story_with_speech("Bye"), turn_with_says(equals="Bye.")).findings
    assert finding.message == "the PAL was expected to say just 'Bye.', but said something else"
    assert finding.differences == (
        Difference(path="", expected="'Bye.' (text)", actual="'Bye' (text)"),
    )


def test_a_handlers_answer_is_not_speech() -> None:
    story = Story().user().call(output={"eta": "6pm"}).pal("It comes later.").end()
    expected = turn(in_order(expect()), says=SpeechExpectation(at=("says",), contains=("6pm",)))
    assert findings(story, expected) == [
        ("missing_speech", "the PAL was expected to say '6pm', but said something else")
    ]


def test_speech_of_another_turn_does_not_count() -> None:
    story = Story().user().pal("6pm").end().user().pal("Bye").end()
    second = turn(at=("turns", 1), says=SpeechExpectation(at=("says",), contains=("6pm",)))
    assert [kind for kind, _ in findings(story, turn(), second)] == ["missing_speech"]


def test_the_last_utterance_must_come_in_time() -> None:
    assert findings(story_with_speech("Hm.", "Bye."), turn(within=1.0)) == []
    assert findings(story_with_speech("Hm.", "Bye."), turn(within=0.6)) == [
        (
            "too_late",
            (
                "the PAL was expected to be done within 0.6 s of the caller's line, "
                "but spoke after 1 s"
            ),
        )
    ]
    assert findings(story_with_speech(), turn(within=2.0)) == [
        ("too_late", "the PAL was expected to speak within 2 s, but said nothing")
    ]


def test_silence_is_no_evidence_that_something_is_not_said() -> None:
    forbidden = turn_with_says(excludes=("sorry",))
    assert report(story_with_speech(), forbidden).evidence.total == 0
    assert report(story_with_speech("Bye."), forbidden).evidence.total == 1
    assert report(story_with_speech(), forbidden).findings == ()


ON_SPEECH: list[dict[str, Any]] = [
    {"contains": (build_matcher("str", None),)},
    {"contains": (build_matcher("any", None),)},
    {"contains": (build_matcher("not", "zzz"),)},
    {"contains": (build_matcher("length", {"max": 90}),)},
    {"contains": (build_matcher("fullmatch", "[^~]*"),)},
    {"contains": (build_matcher("one_of", ["", "It comes today."]),)},
    {"matches": ("^[^~]*$",)},
]


@pytest.mark.parametrize("parts", ON_SPEECH, ids=str)
@pytest.mark.parametrize("texts", [(), ("",), (" ", "\n")], ids=["silence", "empty", "blank"])
def test_silence_meets_no_expectation_of_speech(
    parts: dict[str, Any], texts: tuple[str, ...]
) -> None:
    (finding,) = report(story_with_speech(*texts), turn_with_says(**parts)).findings
    assert finding.kind == "missing_speech"
    assert finding.message.endswith("but said nothing")
    assert report(story_with_speech("It comes today."), turn_with_says(**parts)).findings == ()


def test_silence_does_not_equal_an_empty_text() -> None:
    assert [kind for kind, _ in findings(story_with_speech(), turn_with_says(matches=("^$",)))] == [
        "missing_speech"
    ]
    assert [kind for kind, _ in findings(story_with_speech(), turn_with_says(equals="Hm."))] == [
        "missing_speech"
    ]
    assert findings(story_with_speech("Hm."), turn_with_says(equals="Hm.")) == []


@pytest.mark.parametrize(
    "matcher", [build_matcher("not", "zzz"), build_matcher("str", None), "zzz"], ids=str
)
def test_silence_breaks_no_forbidden_speech(matcher: Any) -> None:
    checked = report(story_with_speech(""), turn_with_says(excludes=(matcher,)))
    assert checked.findings == ()
    assert checked.evidence.total == 0


EMPTY: list[dict[str, Any]] = [
    {"contains": ("{saved.eta}",)},
    {"contains": ("It comes {saved.eta}",)},
    {"contains": (build_matcher("starts_with", "{saved.eta}"),)},
    {"contains": (build_matcher("contains", "{saved.eta}"),)},
    {"excludes": ("{saved.eta}",)},
    {"equals": "{saved.eta}"},
]


@pytest.mark.parametrize("parts", EMPTY, ids=str)
@pytest.mark.parametrize("value", ["", " "], ids=["empty", "blank"])
def test_a_text_that_an_empty_value_leaves_empty_names_the_value(
    parts: dict[str, Any], value: str
) -> None:
    story = Story().user().record(Saved(name="eta", value=value)).pal("It comes today.").end()
    (finding,) = report(story, turn_with_says(**parts)).findings
    assert (finding.kind, finding.owner, finding.needs) == ("nothing_saved", "test", "saved.eta")
    assert "{saved.eta}: what it stands for is empty" in finding.message


@pytest.mark.parametrize(
    "part",
    [
        "{saved.eta}",
        build_matcher("starts_with", "{saved.eta}"),
        build_matcher("contains", "{saved.eta}"),
    ],
)
def test_an_expected_text_may_be_a_saved_value(part: Any) -> None:
    story = Story().user().record(Saved(name="eta", value="It comes")).pal("It comes today.").end()
    assert findings(story, turn_with_says(contains=(part,))) == []
    assert findings(story, turn_with_says(excludes=(part,))) != []


def test_an_empty_variable_of_the_environment_is_named() -> None:
    wanted = turn_with_says(contains=("{env.CITY}",))
    (finding,) = report(story_with_speech("Oslo."), wanted, scope={"env": {"CITY": ""}}).findings
    assert "{env.CITY}: what it stands for is empty" in finding.message
    assert findings(story_with_speech("Oslo."), wanted, scope={"env": {"CITY": "oslo"}}) == []


@pytest.mark.parametrize(("value", "word"), [(None, "null"), (True, "true"), ([1], "[1]")])
def test_an_expected_value_is_searched_for_in_its_spoken_form(value: Any, word: str) -> None:
    story = Story().user().record(Saved(name="x", value=value)).pal(f"It is {word}.").end()
    assert findings(story, turn_with_says(contains=("{saved.x}",))) == []
    assert findings(story, turn_with_says(excludes=("{saved.x}",))) != []


def filled(eta: str, by: AnsweredBy, line: str, *, says: str = "today") -> tuple[str, str]:
    story = Story().user()
    story.resolves(story.opens(), {"eta": eta}, by=by)
    story.record(PalSaid(text=f"It comes {eta}.", filled_by=by)).end()
    wanted = turn(
        in_order(expect()),
        plays=Plays(at=("plays",), says=line),
        says=SpeechExpectation(at=("says",), contains=(says,)),
    )
    (finding,) = report(story, wanted).findings
    return finding.kind, finding.owner


def test_the_owner_of_a_wrong_line_is_the_source_of_its_answer() -> None:
    line = "It comes {result.eta}."
    assert filled("tomorrow", "handler", line) == ("missing_speech", "handler")
    assert filled("tomorrow", "canned", line) == ("missing_speech", "test")
    assert filled("tomorrow", "handler", "It comes soon.") == ("missing_speech", "agent")
    assert filled("tomorrow", "handler", "It left {result.eta}.") == ("missing_speech", "agent")
