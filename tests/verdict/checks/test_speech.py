"""`says` and `within`: they read what was said in the turn, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.matching.matchers.registry import build_matcher
from pytest_tavus.scenario.values.model import Plays, SpeechExpectation, Turn
from pytest_tavus.trace.events import AnsweredBy, PalSaid, Saved
from pytest_tavus.verdict.verdict import Difference
from tests.verdict.checks.story import Story, expect, in_order, report, told, turn


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
        {"contains": (build_matcher("re", r"A-\d+"),)},
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
def test_nothing_holds_of_what_was_not_said(parts: dict[str, Any], texts: tuple[str, ...]) -> None:
    (finding,) = report(heard(*texts), says(**parts)).findings
    assert finding.kind == "missing_speech"
    assert finding.message.endswith("but said nothing")
    assert report(heard("It comes today."), says(**parts)).findings == ()


def test_an_empty_text_on_a_silent_pal_is_not_what_it_said() -> None:
    assert [kind for kind, _ in told(heard(), says(matches=("^$",)))] == ["missing_speech"]
    assert [kind for kind, _ in told(heard(), says(equals="Hm."))] == ["missing_speech"]
    assert told(heard("Hm."), says(equals="Hm.")) == []


@pytest.mark.parametrize(
    "matcher", [build_matcher("not", "zzz"), build_matcher("str", None), "zzz"], ids=str
)
def test_silence_says_nothing_that_is_forbidden(matcher: Any) -> None:
    checked = report(heard(""), says(excludes=(matcher,)))
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
def test_a_text_to_look_for_that_a_value_leaves_empty_names_the_value(
    parts: dict[str, Any], value: str
) -> None:
    story = Story().user().record(Saved(name="eta", value=value)).pal("It comes today.").end()
    (finding,) = report(story, says(**parts)).findings
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
def test_a_text_to_look_for_may_be_a_value(part: Any) -> None:
    story = Story().user().record(Saved(name="eta", value="It comes")).pal("It comes today.").end()
    assert told(story, says(contains=(part,))) == []
    assert told(story, says(excludes=(part,))) != []


def test_an_empty_variable_of_the_environment_is_named() -> None:
    wanted = says(contains=("{env.CITY}",))
    (finding,) = report(heard("Oslo."), wanted, scope={"env": {"CITY": ""}}).findings
    assert "{env.CITY}: what it stands for is empty" in finding.message
    assert told(heard("Oslo."), wanted, scope={"env": {"CITY": "oslo"}}) == []


@pytest.mark.parametrize(("value", "word"), [(None, "null"), (True, "true"), ([1], "[1]")])
def test_a_value_is_looked_for_as_it_is_written_in_a_sentence(value: Any, word: str) -> None:
    story = Story().user().record(Saved(name="x", value=value)).pal(f"It is {word}.").end()
    assert told(story, says(contains=("{saved.x}",))) == []
    assert told(story, says(excludes=("{saved.x}",))) != []


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


def test_a_line_with_a_wrong_answer_in_it_is_for_whose_answer_it_is() -> None:
    line = "It comes {result.eta}."
    assert filled("tomorrow", "handler", line) == ("missing_speech", "handler")
    assert filled("tomorrow", "canned", line) == ("missing_speech", "test")
    assert filled("tomorrow", "handler", "It comes soon.") == ("missing_speech", "agent")
    assert filled("tomorrow", "handler", "It left {result.eta}.") == ("missing_speech", "agent")
