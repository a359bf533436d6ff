"""A cursor over what happened: what it finds, and what it says of what it does not find."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from pytest_tavus import Cursor, Finding, PalSaid, ToolCalled, ToolResolved, UserSaid
from pytest_tavus.matching.matchers.registry import build_matcher
from pytest_tavus.plugin.api.walk import CursorEvent
from pytest_tavus.trace.log import Entry
from pytest_tavus.trace.redaction.redact import Redaction, Secret
from pytest_tavus.trace.redaction.shown import mask_trace
from tests.verdict.checks.story import Story


class MissError(AssertionError):
    """Carries the finding of a miss."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(finding.message)


class Kept:
    """A conversation that keeps what a cursor tells it."""

    def __init__(self) -> None:
        self.evidence = 0

    def record_found(self, event: CursorEvent | None) -> None:
        del event
        self.evidence += 1

    def record_missed(self, finding: Finding) -> MissError:
        return MissError(finding)

    def require_carried(self, tool: str, arguments: Any) -> None:
        del tool, arguments

    def require_known(self, tool: str, arguments: Any) -> None:
        if tool == "unknown":
            message = f"no {tool} with {arguments}"
            raise LookupError(message)

    def mask(self, value: Any) -> Any:
        return SECRETS.value(value)


SECRETS = Redaction([Secret("env.KEY", "hunter22")])


def over(story: Story, kept: Kept | None = None) -> Cursor:
    def steps() -> Iterable[tuple[Entry, Entry]]:
        trace = story.trace()
        return zip(trace, mask_trace(trace, SECRETS), strict=True)

    return Cursor(steps, kept or Kept())


def cursor() -> Cursor:
    """Over: a line, a filler, two calls with their answers, a reply, and the end of the turn."""
    story = Story().user("A table for two.").pal("One moment.")
    story.call("find", {"guests": 2, "where": {"floor": 1}}, {"table": 7})
    story.call("book", {"table": 7}, "Booked.")
    story.pal("It is table 7.").end()
    return over(story)


def test_found_events_are_evidence_and_skipped_events_are_not() -> None:
    kept = Kept()
    walked = over(Story().user("Hello.").pal("Hi.").pal("Well?"), kept)
    walked.skip()
    assert kept.evidence == 0
    walked.next(PalSaid)
    walked.find(PalSaid, text="Well?")
    walked.not_called("book")
    walked.end()
    assert kept.evidence == 3


def test_a_call_that_cannot_come_is_refused_and_is_no_evidence() -> None:
    kept = Kept()
    with pytest.raises(LookupError):
        over(Story().user(), kept).not_called("unknown", guests=2)
    assert kept.evidence == 0


def test_values_are_compared_in_clear_and_returned_masked() -> None:
    walked = over(Story().user("My key is hunter22."))
    assert walked.next(UserSaid, text="My key is hunter22.").text == "My key is ⟦env.KEY⟧."


def test_a_miss_shows_masks_instead_of_secrets() -> None:
    said = Story().user("hunter22")
    assert missed(over(said).next, UserSaid, text="hunter2").differences[0].actual == (
        "'⟦env.KEY⟧' (text)"
    )
    finding = missed(over(said).next, PalSaid, text="hunter22")
    assert finding.message == "expected PalSaid(text='⟦env.KEY⟧') next, but UserSaid came"


def missed(call: Any, *args: Any, **expected: Any) -> Finding:
    with pytest.raises(MissError) as info:
        call(*args, **expected)
    return info.value.finding


def test_events_are_walked_over_one_by_one() -> None:
    walked = cursor()

    assert walked.next(UserSaid).text == "A table for two."
    assert walked.next(PalSaid).text == "One moment."
    called = walked.next(ToolCalled)
    assert called.name == "find"
    assert walked.next(ToolResolved).call_id == called.call_id
    walked.skip(2)
    assert walked.next(PalSaid, text="It is table 7.")
    walked.end()


def test_a_cursor_ignores_events_outside_its_four_kinds() -> None:
    walked = cursor()
    walked.skip(7)
    walked.end()


@pytest.mark.parametrize(
    "expected",
    [
        {},
        {"name": "find"},
        {"arguments": {"guests": 2}},
        {"arguments": {"where": {"floor": 1}}},
        {"arguments": {"guests": {"$gt": 1}, "where": {"$any": None}}},
        {"arguments": {"guests": build_matcher("gt", 1)}},
        {"arguments": '{"guests": 2, "where": {"floor": 1}}'},
        {"name": {"$re": "^fi"}},
        {"channel": "api", "name": "find"},
    ],
)
def test_values_are_compared_as_in_a_scenario(expected: dict[str, Any]) -> None:
    walked = cursor()
    walked.skip(2)

    assert walked.next(ToolCalled, **expected).name == "find"


@pytest.mark.parametrize(
    ("expected", "path", "wanted", "actual"),
    [
        ({"name": "book"}, "name", "'book' (text)", "'find' (text)"),
        ({"arguments": {"guests": "2"}}, "arguments.guests", "'2' (text)", "2 (number)"),
        ({"arguments": {"guests": True}}, "arguments.guests", "true (boolean)", "2 (number)"),
        ({"arguments": {"name": None}}, "arguments.name", "null", "absent"),
        (
            {"arguments": {"where": {"floor": 2}}},
            "arguments.where.floor",
            "2 (number)",
            "1 (number)",
        ),
        ({"arguments": {"guests": {"$gt": 4}}}, "arguments.guests", "!gt 4", "2 (number)"),
    ],
)
def test_the_next_event_with_other_values_shows_where_they_part(
    expected: dict[str, Any], path: str, wanted: str, actual: str
) -> None:
    walked = cursor()
    walked.skip(2)

    finding = missed(walked.next, ToolCalled, **expected)

    assert finding.message == "the next ToolCalled is not as expected"
    (difference,) = finding.differences
    assert (difference.path, difference.expected, difference.actual) == (path, wanted, actual)
    assert finding.seqs == (4,)
    assert finding.turn == 1


def test_an_event_of_another_kind_is_named() -> None:
    finding = missed(cursor().next, ToolCalled, name="find", arguments={"guests": 2})

    assert finding.message == (
        "expected ToolCalled(name=find, arguments={guests: 2}) next, but UserSaid came"
    )
    assert finding.kind == "missing_event"


def test_a_search_after_the_last_event_says_that_nothing_more_happened() -> None:
    walked = cursor()
    walked.skip(7)

    assert missed(walked.next, PalSaid).message == ("expected PalSaid(), but nothing more happened")


def test_a_miss_leaves_the_cursor_where_it_is() -> None:
    walked = cursor()

    missed(walked.next, ToolCalled)
    missed(walked.find, ToolCalled, name="cancel")
    missed(walked.skip, 8)

    assert walked.next(UserSaid)


def test_the_first_event_that_fits_is_found() -> None:
    walked = cursor()

    assert walked.find(ToolCalled, name="book").name == "book"
    assert walked.next(ToolResolved, output="Booked.")


def test_an_event_behind_the_cursor_is_not_found_again() -> None:
    walked = cursor()
    walked.find(ToolCalled, name="book")

    assert missed(walked.find, ToolCalled, name="find").message == (
        "expected ToolCalled(name=find), but it never came"
    )


def test_a_missing_event_is_compared_with_the_closest() -> None:
    finding = missed(cursor().find, ToolCalled, name="book", arguments={"table": 8})

    assert finding.message == (
        "expected ToolCalled(name=book, arguments={table: 8}), but it never came; "
        "the closest differs"
    )
    (difference,) = finding.differences
    assert (difference.path, difference.actual) == ("arguments.table", "7 (number)")
    assert finding.seqs == (7,)


def test_an_output_is_read_as_json_or_as_text() -> None:
    walked = cursor()

    assert walked.find(ToolResolved, output={"table": 7})
    assert walked.find(ToolResolved, output="Booked.")
    assert missed(cursor().find, ToolResolved, output={"table": 8}).differences


@pytest.mark.parametrize(
    ("skipped", "count", "message"),
    [
        (0, 8, "there are not 8 events to skip: 7 left"),
        (6, 2, "there are not 2 events to skip: 1 left"),
        (7, 1, "there are not 1 event to skip: none left"),
    ],
)
def test_a_cursor_cannot_skip_more_events_than_remain(
    skipped: int, count: int, message: str
) -> None:
    walked = cursor()
    walked.skip(skipped)

    assert missed(walked.skip, count).message == message


def test_a_forbidden_call_fails_the_test() -> None:
    finding = missed(cursor().not_called, "book")

    assert finding.message == "book was called, and must not be"
    assert finding.seqs == (7,)


def test_a_forbidden_call_may_come_with_other_arguments() -> None:
    cursor().not_called("book", table=8)
    cursor().not_called("cancel")
    assert missed(cursor().not_called, "book", table={"$lt": 8}).seqs == (7,)


def test_a_forbidden_call_may_have_come_before() -> None:
    walked = cursor()
    walked.find(ToolCalled, name="book")
    walked.not_called("book")


def test_an_argument_may_be_called_tool() -> None:
    story = Story()
    story.call("lend", {"tool": "saw", "self": 1})

    assert missed(over(story).not_called, "lend", tool="saw")
    over(story).not_called("lend", tool="axe")


def test_an_event_after_the_expected_end_is_named() -> None:
    walked = cursor()
    walked.skip(6)

    assert missed(walked.end).message == "expected nothing more, but PalSaid came"


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        ({"argument": {}}, "ToolCalled has no 'argument'; did you mean 'arguments'?"),
        (
            {"zz": 1},
            (
                "ToolCalled has no 'zz'; "
                "it has: call_id, name, arguments, channel, inference_id, filled_by"
            ),
        ),
        (
            {"arguments": {"guests": {"$gtt": 1}}},
            "arguments.guests: $gtt is not a matcher; did you mean '$gt'?",
        ),
        ({"name": {"$re": "("}}, None),
    ],
)
def test_an_invalid_expectation_is_an_error_of_the_test(
    expected: dict[str, Any], message: str | None
) -> None:
    for walk in (cursor().next, cursor().find):
        with pytest.raises(TypeError) as info:
            walk(ToolCalled, **expected)
        assert message is None or str(info.value) == message
