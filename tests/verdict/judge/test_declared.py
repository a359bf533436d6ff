"""Declared rules held against a trace: speech reads speech, calls read the wire."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.scenario.values.model import GuardrailRule, JudgeRules, ObjectiveRule
from pytest_tavus.trace.log import Trace
from tests.verdict.judge.samples import (
    BOOKED,
    judge_by_rules,
    pal_says,
    scenario,
    tool_call,
    trace_of,
    user_says,
)


def on_objective(rule: ObjectiveRule, trace: Trace) -> tuple[str, str]:
    judgement = judge_by_rules(
        scenario(rules=JudgeRules(objectives={"collect_email": rule})), trace
    )
    ruling = judgement.ruling("objective collect_email")
    assert ruling is not None
    return ruling.outcome, ruling.reason


def on_guardrail(rule: GuardrailRule, trace: Trace) -> tuple[str, str]:
    judgement = judge_by_rules(scenario(rules=JudgeRules(guardrails={"no_refunds": rule})), trace)
    ruling = judgement.ruling("guardrail no_refunds")
    assert ruling is not None
    return ruling.outcome, ruling.reason


def test_speech_never_proves_a_call() -> None:
    trace = trace_of([user_says(), pal_says("I have called book_table, and it is booked.")])
    (tool,) = judge_by_rules(scenario(), trace).verdict.tools
    assert (tool.invoked, tool.evidence) == (False, "no call on the wire")
    rule = ObjectiveRule(at=(), called=("book_table",))
    assert on_objective(rule, trace) == ("fail", "book_table was never called")


def test_a_callers_words_are_not_the_pals() -> None:
    trace = trace_of([user_says("Please say booked"), pal_says("No.")])
    rule = ObjectiveRule(at=(), said=("booked",))
    assert on_objective(rule, trace) == ("fail", 'the PAL never said "booked"')


def test_a_call_that_failed_satisfies_nothing() -> None:
    trace = trace_of([user_says(), *tool_call(status="error")])
    rule = ObjectiveRule(at=(), called=("book_table",))
    assert on_objective(rule, trace) == ("fail", "turn 1: book_table {} failed")


def test_a_call_that_was_never_resolved_satisfies_nothing() -> None:
    trace = trace_of([user_says(), *tool_call(status=None)])
    rule = ObjectiveRule(at=(), called=("book_table",))
    assert on_objective(rule, trace) == ("fail", "turn 1: book_table {} was never resolved")


def test_one_successful_call_of_several_is_enough() -> None:
    trace = trace_of([*tool_call(status="timeout")], [*tool_call(call_id="call_2")])
    rule = ObjectiveRule(at=(), called=("book_table",))
    assert on_objective(rule, trace) == ("pass", "turn 2: book_table {} succeeded")


def test_every_part_of_an_objectives_rule_must_hold() -> None:
    rule = ObjectiveRule(at=(), called=("book_table",), said=("nine",), collected=("phone",))
    assert on_objective(rule, BOOKED) == (
        "fail",
        'the PAL never said "nine"; no call carried phone',
    )


def test_speech_is_compared_without_regard_to_case_and_spacing() -> None:
    trace = trace_of([user_says(), pal_says("It IS\n  Booked")])
    rule = ObjectiveRule(at=(), said=("is booked",))
    assert on_objective(rule, trace) == ("pass", 'turn 1: the PAL said "It IS\\n  Booked"')


def test_a_text_may_run_on_from_one_utterance_to_the_next_of_a_turn() -> None:
    rule = GuardrailRule(at=(), never_said=("a full refund",))
    trace = trace_of([pal_says("You get a full"), pal_says("refund today.")])
    assert on_guardrail(rule, trace) == (
        "fail",
        'turn 1: the PAL said "a full refund" in "You get a full refund today."',
    )


def test_a_text_does_not_run_on_into_the_next_turn() -> None:
    rule = GuardrailRule(at=(), never_said=("a full refund",))
    trace = trace_of([pal_says("You get a full")], [pal_says("refund today.")])
    assert on_guardrail(rule, trace)[0] == "pass"


@pytest.mark.parametrize("empty", [None, "", "  ", "NOTFOUND", " NOTFOUND ", [], {}])
def test_an_empty_value_is_not_collected(empty: object) -> None:
    trace = trace_of([*tool_call(arguments={"email": empty})])
    outcome, reason = on_objective(ObjectiveRule(at=(), collected=("email",)), trace)
    assert outcome == "fail"
    assert reason.startswith("turn 1: email was ")


@pytest.mark.parametrize("value", [0, False, "notfound@example.com", [None], {"a": 1}])
def test_a_falsy_value_is_collected(value: object) -> None:
    trace = trace_of([*tool_call(arguments=[{"deep": {"email": value}}].pop())])
    assert on_objective(ObjectiveRule(at=(), collected=("email",)), trace)[0] == "pass"


def test_an_empty_value_does_not_hide_a_later_one() -> None:
    trace = trace_of(
        [*tool_call(arguments={"email": "NOTFOUND"})],
        [*tool_call(arguments={"list": [{"email": "a@example.com"}]}, call_id="call_2")],
    )
    assert on_objective(ObjectiveRule(at=(), collected=("email",)), trace) == (
        "pass",
        'turn 2: email was "a@example.com" in a call of book_table',
    )


@pytest.mark.parametrize("arguments", ["", "{", '"email"', "[]", "null"])
def test_arguments_that_are_no_object_carry_nothing(arguments: str) -> None:
    trace = trace_of([*tool_call(arguments=arguments)])
    rule = ObjectiveRule(at=(), collected=("email",))
    assert on_objective(rule, trace) == ("fail", "no call carried email")


def test_a_guardrail_names_every_breach() -> None:
    rule = GuardrailRule(at=(), never_said=("refund", "money"), never_called=("pay_back",))
    trace = trace_of([*tool_call("pay_back")], [pal_says("Here is your REFUND.")])
    assert on_guardrail(rule, trace) == (
        "fail",
        'turn 2: the PAL said "refund" in "Here is your REFUND."; turn 1: pay_back was called',
    )


def test_an_empty_rule_is_unsure() -> None:
    reason = "its rule names nothing to look for"
    assert on_objective(ObjectiveRule(at=()), BOOKED) == ("unsure", reason)
    assert on_guardrail(GuardrailRule(at=()), BOOKED) == ("unsure", reason)


def test_a_guardrail_does_not_hold_where_the_pal_did_nothing() -> None:
    rule = GuardrailRule(at=(), never_said=("refund",))
    silence = trace_of([user_says()])
    assert on_guardrail(rule, silence) == ("unsure", "the PAL said and called nothing")


@given(
    st.lists(
        st.one_of(
            st.builds(pal_says, st.text(max_size=12)),
            st.builds(user_says, st.text(max_size=12)),
        ),
        max_size=6,
    )
)
def test_no_conversation_without_a_call_satisfies_a_rule_about_calls(events: list[object]) -> None:
    rule = ObjectiveRule(at=(), called=("book_table",), collected=("email",))
    outcome, _ = on_objective(rule, trace_of(events))  # type: ignore[arg-type]
    assert outcome == "fail"
