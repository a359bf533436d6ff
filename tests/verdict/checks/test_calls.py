"""`calls`: what was called is what was expected, in its order, and nothing else."""

from __future__ import annotations

import pytest

from pytest_tavus.matching.matchers.registry import build_matcher
from pytest_tavus.scenario.values.model import CallGroup
from pytest_tavus.trace.redaction.redact import Redaction, Secret
from pytest_tavus.trace.redaction.shown import mask_trace
from pytest_tavus.verdict.checks.run import CheckReport
from pytest_tavus.verdict.verdict import Difference
from tests.verdict.checks.conversations import TWO, story_with_calls
from tests.verdict.checks.story import (
    ORDER,
    READ,
    check,
    expect,
    findings,
    in_any_order,
    in_order,
    report,
    scenario,
    tool,
    turn,
)

NONE = CallGroup(at=("calls",), ordered=True, members=())
SIZED = tool(parameters={"type": "object", "properties": {"order_id": {}, "note": {}, "size": {}}})


def test_the_expected_call_is_accepted_and_counts_as_evidence() -> None:
    found = report(
        story_with_calls(("get_order_status", ORDER)), turn(in_order(expect(arguments=ORDER)))
    )
    assert found.findings == ()
    assert found.evidence.total > 0


def test_an_expected_call_that_the_pal_never_made_is_missing() -> None:
    assert findings(story_with_calls(), turn(in_order(expect(arguments=ORDER)))) == [
        (
            "missing_call",
            "get_order_status: {order_id: A-10428} was expected, but the PAL made no call",
        )
    ]


def test_a_wrong_argument_is_shown_with_its_path_both_values_and_the_change() -> None:
    story = story_with_calls(("get_order_status", {"order_id": "A-10429", "note": "x"}))
    (finding,) = report(story, turn(in_order(expect(arguments=ORDER)))).findings
    assert finding.kind == "wrong_arguments"
    assert finding.message == (
        "get_order_status was expected with arguments.order_id 'A-10428' (text), "
        "but was called with 'A-10429' (text)"
    )
    assert finding.closest == "get_order_status: {order_id: A-10429, note: x}"
    assert finding.differences == (
        Difference(
            path="arguments.order_id", expected="'A-10428' (text)", actual="'A-10429' (text)"
        ),
    )
    assert finding.change == "get_order_status: {order_id: A-10429}"
    assert (finding.owner, finding.turn, finding.seqs) == ("agent", 1, (3,))
    assert str(finding.span) == "s.yaml#calls.get_order_status:1:1"


def test_a_wrong_argument_two_levels_deep_is_shown_with_its_path() -> None:
    wanted = {"guest": {"name": "Kim", "party": {"size": 2}}}
    seen = {"guest": {"name": "Kim", "party": {"size": "2"}}}
    (finding,) = report(
        story_with_calls(("book", seen)), turn(in_order(expect("book", wanted))), tools=TWO
    ).findings
    assert finding.message == (
        "book was expected with arguments.guest.party.size 2 (number), "
        "but was called with '2' (text)"
    )
    assert finding.change == "book: {guest: {name: Kim, party: {size: '2'}}}"


def test_arguments_beyond_those_expected_are_refused_only_where_exact() -> None:
    seen = {"order_id": "A-10428", "note": "x"}
    story = story_with_calls(("get_order_status", seen))
    assert findings(story, turn(in_order(expect(arguments=ORDER)))) == []
    (finding,) = report(
        story, turn(in_order(expect(arguments=ORDER, exact=True))), tools=(SIZED,)
    ).findings
    assert finding.message == (
        "get_order_status was expected with arguments.note absent, but was called with 'x' (text)"
    )
    assert finding.change == "get_order_status: {order_id: A-10428, note: x}"


def test_matchers_that_matched_stay_in_the_suggested_change() -> None:
    wanted = {"order_id": build_matcher("re", "^A-"), "size": 2}
    seen = {"order_id": "A-1", "size": 3}
    story = story_with_calls(("get_order_status", seen))
    (finding,) = report(story, turn(in_order(expect(arguments=wanted))), tools=(SIZED,)).findings
    assert finding.change == "get_order_status: {order_id: !re '^A-', size: 3}"


def test_a_call_of_another_tool_is_one_missing_and_one_unexpected_call() -> None:
    story = story_with_calls(("book", {"day": "Friday"}))
    missing, unexpected = report(story, turn(in_order(expect(arguments=ORDER))), tools=TWO).findings
    assert missing.message == (
        "get_order_status: {order_id: A-10428} was expected, but the PAL called book"
    )
    assert missing.closest == "book: {day: Friday}"
    assert unexpected.kind == "unexpected_call"
    assert unexpected.message == "book: {day: Friday} was called, but no such call was expected"
    assert unexpected.change == "calls:\n  - book: {day: Friday}"


@pytest.mark.parametrize("calls", [None, NONE], ids=["not mentioned", "calls: none"])
def test_a_call_is_unexpected_in_a_turn_without_calls(calls: CallGroup | None) -> None:
    story = story_with_calls(("get_order_status", ORDER))
    assert findings(story, turn(calls)) == [
        (
            "unexpected_call",
            "get_order_status: {order_id: A-10428} was called, but no such call was expected",
        )
    ]
    assert findings(story_with_calls(), turn(calls)) == []
    assert findings(story, turn(calls, extra=True)) == []


def test_calls_none_is_evidence_and_a_turn_without_calls_is_not() -> None:
    assert report(story_with_calls(), turn(NONE)).evidence.total == 1
    assert report(story_with_calls(), turn(None)).evidence.total == 0


def test_a_second_call_of_the_same_kind_is_not_swallowed() -> None:
    story = story_with_calls(("get_order_status", ORDER), ("get_order_status", {"order_id": "A-2"}))
    assert findings(story, turn(in_order(expect(arguments=ORDER)))) == [
        (
            "unexpected_call",
            (
                "get_order_status: {order_id: A-2} was called, but no such call was expected: "
                "get_order_status was called 2 times in this turn"
            ),
        )
    ]


def test_null_is_not_a_missing_argument() -> None:
    plan = turn(in_order(expect("book", {"note": None})))
    (finding,) = report(story_with_calls(("book", {})), plan, tools=TWO).findings
    assert finding.differences == (
        Difference(path="arguments.note", expected="null", actual="absent"),
    )
    assert findings(story_with_calls(("book", {"note": None})), plan, tools=TWO) == []


def test_expected_values_read_what_was_saved_and_what_the_environment_gives() -> None:
    plan = turn(in_order(expect(arguments={"order_id": "{env.ORDER}"})))
    story = story_with_calls(("get_order_status", ORDER))
    assert findings(story, plan, scope={"env": {"ORDER": "A-10428"}}) == []


SECRETS = Redaction([Secret("env.A", "s3cret-a"), Secret("env.B", "s3cret-b")])


def check_with_secrets(seen: str, expected: str, *, masked: bool = False) -> CheckReport:
    plan = turn(in_order(expect(arguments={"order_id": expected})))
    trace = story_with_calls(("get_order_status", {"order_id": seen})).trace()
    trace = mask_trace(trace, SECRETS) if masked else trace
    return check(scenario(plan), trace, read=READ, show=SECRETS.value)


def test_secrets_are_compared_in_clear_and_shown_as_masks() -> None:
    assert check_with_secrets("s3cret-a", "s3cret-a").findings == ()
    (finding,) = check_with_secrets("s3cret-b", "s3cret-a").findings
    assert finding.differences == (
        Difference(
            path="arguments.order_id",
            expected="'⟦env.A⟧' (text)",
            actual="'⟦env.B⟧' (text)",
        ),
    )
    assert "s3cret" not in repr(finding)


@pytest.mark.parametrize("seen", ["c3MzY3JldC1h", "s3cret%2Da", "s3cret-as3cret-a"])
def test_values_whose_masks_look_alike_still_differ(seen: str) -> None:
    assert check_with_secrets(seen, "s3cret-a").findings != ()


def test_the_mask_itself_is_not_the_secret() -> None:
    (finding,) = check_with_secrets("⟦env.A⟧", "s3cret-a").findings
    assert finding.differences[0].actual == "'⟦⟦⟧env.A⟧' (text)"
    assert check_with_secrets("********", "s3cret-a").findings != ()


@pytest.mark.parametrize("expected", ["s3cret-a", "⟦env.A⟧", "another"])
def test_a_masked_value_of_a_stored_trace_is_neither_right_nor_wrong(expected: str) -> None:
    report = check_with_secrets("s3cret-a", expected, masked=True)
    assert report.findings == ()
    assert {ruling.outcome for ruling in report.undecided} == {"unsure"}


def test_unmasked_values_of_a_stored_trace_are_compared() -> None:
    assert check_with_secrets("A-1", "A-1", masked=True).undecided == ()
    assert check_with_secrets("⟦env.A⟧", "⟦env.A⟧", masked=True).findings == ()
    assert check_with_secrets("A-1", "A-2", masked=True).findings != ()


def test_a_placeholder_without_a_value_is_a_finding_and_not_a_crash() -> None:
    plan = turn(in_order(expect(arguments={"order_id": "{saved.booking}"})))
    assert findings(story_with_calls(("get_order_status", ORDER)), plan) == [
        (
            "nothing_saved",
            (
                "what is expected in turn 1 cannot be compared: "
                "{saved.booking}: there is no 'booking' in saved"
            ),
        )
    ]


def test_a_plan_with_too_many_ways_fails_with_a_hint() -> None:
    pairs = [in_order(expect(), expect()) for _ in range(12)]
    story = story_with_calls(*[("get_order_status", ORDER)] * 23, ("book", {}))
    findings = report(story, turn(in_any_order(*pairs)), tools=TWO).findings
    assert [f.kind for f in findings] == ["fault"]
    assert findings[0].message == (
        "the 24 calls of turn 1 can be assigned to what was expected in too many ways to look "
        "through"
    )
