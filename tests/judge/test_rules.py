"""The rules judge: tools from the wire, objectives and guardrails from what was declared."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.contract.pal import Pal
from pytest_tavus.contract.tool import Tool
from pytest_tavus.contract.verdict import TavusVerdict
from pytest_tavus.judge.base import Judgement
from pytest_tavus.scenario.model import (
    CallExpectation,
    CallGroup,
    GuardrailRule,
    JudgeRules,
    ObjectiveRule,
    Scenario,
    Turn,
)
from pytest_tavus.trace.log import Trace
from tests.judge.samples import (
    BOOKED,
    BOTH_RULES,
    PAL,
    RULES,
    asked,
    called,
    happened,
    question,
    said,
    scenario,
)


def judged(of: Scenario, trace: Trace = BOOKED) -> Judgement:
    return asyncio.run(RULES.rule(question(of, trace)))


def on_objective(rule: ObjectiveRule, trace: Trace) -> tuple[str, str]:
    judgement = judged(scenario(rules=JudgeRules(objectives={"collect_email": rule})), trace)
    ruling = judgement.ruling("objective collect_email")
    assert ruling is not None
    return ruling.outcome, ruling.reason


def on_guardrail(rule: GuardrailRule, trace: Trace) -> tuple[str, str]:
    judgement = judged(scenario(rules=JudgeRules(guardrails={"no_refunds": rule})), trace)
    ruling = judgement.ruling("guardrail no_refunds")
    assert ruling is not None
    return ruling.outcome, ruling.reason


def test_a_whole_verdict_has_tavuss_own_shape() -> None:
    assert judged(scenario(rules=BOTH_RULES)).verdict.to_json() == {
        "objectives": [
            {
                "name": "collect_email",
                "satisfied": True,
                "evidence": 'turn 1: email was "guest@example.com" in a call of book_table',
            }
        ],
        "guardrails": [
            {
                "name": "no_refunds",
                "held": True,
                "evidence": 'the PAL never said "refund" and never called pay_back',
            }
        ],
        "knowledge_base": {
            "used": False,
            "evidence": "no retrieval from a knowledge base was seen",
        },
        "tools": [
            {
                "name": "book_table",
                "invoked": True,
                "evidence": (
                    'turn 1: book_table {"guest": {"email": "guest@example.com"}} succeeded'
                ),
            }
        ],
        "overall": "pass",
        "summary": "Objectives satisfied: 1, guardrails held: 1, calls that succeeded: 1.",
    }


def test_speech_never_proves_a_call() -> None:
    trace = happened([asked(), said("I have called book_table, and it is booked.")])
    (tool,) = judged(scenario(), trace).verdict.tools
    assert (tool.invoked, tool.evidence) == (False, "no call on the wire")
    rule = ObjectiveRule(at=(), called=("book_table",))
    assert on_objective(rule, trace) == ("fail", "book_table was never called")


def test_a_callers_words_are_not_the_pals() -> None:
    trace = happened([asked("Please say booked"), said("No.")])
    rule = ObjectiveRule(at=(), said=("booked",))
    assert on_objective(rule, trace) == ("fail", 'the PAL never said "booked"')


def test_a_call_that_failed_satisfies_nothing() -> None:
    trace = happened([asked(), *called(status="error")])
    rule = ObjectiveRule(at=(), called=("book_table",))
    assert on_objective(rule, trace) == ("fail", "turn 1: book_table {} failed")


def test_a_call_that_was_never_resolved_satisfies_nothing() -> None:
    trace = happened([asked(), *called(status=None)])
    rule = ObjectiveRule(at=(), called=("book_table",))
    assert on_objective(rule, trace) == ("fail", "turn 1: book_table {} was never resolved")


def test_a_second_call_that_succeeds_is_enough() -> None:
    trace = happened([*called(status="timeout")], [*called(call_id="call_2")])
    rule = ObjectiveRule(at=(), called=("book_table",))
    assert on_objective(rule, trace) == ("pass", "turn 2: book_table {} succeeded")


def test_every_part_of_an_objectives_rule_must_hold() -> None:
    rule = ObjectiveRule(at=(), called=("book_table",), said=("nine",), collected=("phone",))
    assert on_objective(rule, BOOKED) == (
        "fail",
        'the PAL never said "nine"; no call carried phone',
    )


def test_speech_is_compared_without_regard_to_case_and_spacing() -> None:
    trace = happened([asked(), said("It IS\n  Booked")])
    rule = ObjectiveRule(at=(), said=("is booked",))
    assert on_objective(rule, trace) == ("pass", 'turn 1: the PAL said "It IS\\n  Booked"')


def test_a_text_may_run_on_from_one_utterance_to_the_next_of_a_turn() -> None:
    rule = GuardrailRule(at=(), never_said=("a full refund",))
    trace = happened([said("You get a full"), said("refund today.")])
    assert on_guardrail(rule, trace) == (
        "fail",
        'turn 1: the PAL said "a full refund" in "You get a full refund today."',
    )


def test_a_text_does_not_run_on_into_the_next_turn() -> None:
    rule = GuardrailRule(at=(), never_said=("a full refund",))
    trace = happened([said("You get a full")], [said("refund today.")])
    assert on_guardrail(rule, trace)[0] == "pass"


@pytest.mark.parametrize("empty", [None, "", "  ", "NOTFOUND", " NOTFOUND ", [], {}])
def test_an_empty_value_is_not_collected(empty: object) -> None:
    trace = happened([*called(arguments={"email": empty})])
    outcome, reason = on_objective(ObjectiveRule(at=(), collected=("email",)), trace)
    assert outcome == "fail"
    assert reason.startswith("turn 1: email was ")


@pytest.mark.parametrize("value", [0, False, "notfound@example.com", [None], {"a": 1}])
def test_a_value_that_is_falsy_and_there_is_collected(value: object) -> None:
    trace = happened([*called(arguments=[{"deep": {"email": value}}].pop())])
    assert on_objective(ObjectiveRule(at=(), collected=("email",)), trace)[0] == "pass"


def test_an_empty_value_does_not_hide_a_later_one() -> None:
    trace = happened(
        [*called(arguments={"email": "NOTFOUND"})],
        [*called(arguments={"list": [{"email": "a@example.com"}]}, call_id="call_2")],
    )
    assert on_objective(ObjectiveRule(at=(), collected=("email",)), trace) == (
        "pass",
        'turn 2: email was "a@example.com" in a call of book_table',
    )


@pytest.mark.parametrize("arguments", ["", "{", '"email"', "[]", "null"])
def test_arguments_that_are_no_object_carry_nothing(arguments: str) -> None:
    trace = happened([*called(arguments=arguments)])
    rule = ObjectiveRule(at=(), collected=("email",))
    assert on_objective(rule, trace) == ("fail", "no call carried email")


def test_a_guardrail_names_every_breach() -> None:
    rule = GuardrailRule(at=(), never_said=("refund", "money"), never_called=("pay_back",))
    trace = happened([*called("pay_back")], [said("Here is your REFUND.")])
    assert on_guardrail(rule, trace) == (
        "fail",
        'turn 2: the PAL said "refund" in "Here is your REFUND."; turn 1: pay_back was called',
    )


def test_without_a_rule_nothing_is_satisfied_and_nothing_holds() -> None:
    judgement = judged(scenario())
    assert [(r.subject, r.outcome, r.reason) for r in judgement.rulings] == [
        ("objective collect_email", "unsure", "no rule says when it is satisfied"),
        ("guardrail no_refunds", "unsure", "no rule says when it is broken"),
        (
            "overall",
            "unsure",
            "Objective collect_email is open: no rule says when it is satisfied.",
        ),
    ]
    verdict = judgement.verdict
    assert verdict.objectives[0].satisfied is False
    assert verdict.guardrails[0].held is False
    assert verdict.objectives[0].evidence == "unsure: no rule says when it is satisfied"
    assert verdict.overall == "partial"


def test_a_rule_that_names_nothing_proves_nothing() -> None:
    reason = "its rule names nothing to look for"
    assert on_objective(ObjectiveRule(at=()), BOOKED) == ("unsure", reason)
    assert on_guardrail(GuardrailRule(at=()), BOOKED) == ("unsure", reason)


def test_a_guardrail_does_not_hold_where_the_pal_did_nothing() -> None:
    rule = GuardrailRule(at=(), never_said=("refund",))
    silence = happened([asked()])
    assert on_guardrail(rule, silence) == ("unsure", "the PAL said and called nothing")


def test_a_rule_for_a_name_the_pal_does_not_have_is_an_error() -> None:
    rules = JudgeRules(objectives={"colect_email": ObjectiveRule(at=(), said=("x",))})
    ruling = judged(scenario(rules=rules)).ruling("objective colect_email")
    assert ruling is not None
    assert (ruling.outcome, ruling.reason, ruling.hint) == (
        "error",
        "a rule is declared for it, and the PAL has no objective of that name",
        "did you mean 'collect_email'?",
    )


def test_rules_name_the_objectives_of_a_pal_that_lists_none() -> None:
    pal = Pal(pal_name="Host", objectives_id="o123")
    judgement = judged(scenario(rules=BOTH_RULES, pal=pal))
    assert [objective.name for objective in judgement.verdict.objectives] == ["collect_email"]
    assert judgement.verdict.overall == "pass"


def test_a_broken_guardrail_fails_the_whole() -> None:
    trace = happened([*called(arguments={"email": "a@example.com"}), said("A refund.")])
    verdict = judged(scenario(rules=BOTH_RULES), trace).verdict
    assert (verdict.overall, verdict.summary) == (
        "fail",
        'Guardrail no_refunds was broken: turn 1: the PAL said "refund" in "A refund.".',
    )


def test_an_objective_that_is_not_satisfied_makes_the_whole_partial() -> None:
    trace = happened([said("Hello.")])
    verdict = judged(scenario(rules=BOTH_RULES), trace).verdict
    assert (verdict.overall, verdict.summary) == (
        "partial",
        "Objective collect_email was not satisfied: no call carried email.",
    )


BARE = Pal(pal_name="Host", tools=PAL.tools)


def test_a_call_that_failed_makes_the_whole_partial() -> None:
    verdict = judged(scenario(pal=BARE), happened([*called(status="error")])).verdict
    assert (verdict.overall, verdict.summary) == (
        "partial",
        "A call did not succeed: turn 1: book_table {} failed.",
    )


@pytest.mark.parametrize(
    ("status", "overall"),
    [("error", "pass"), (500, "pass"), ("success", "partial"), (200, "partial"), (None, "partial")],
)
def test_a_failure_the_scenario_expects_counts_for_nothing(status: object, overall: str) -> None:
    expected = CallExpectation(at=(), tool="book_table", status=status)  # type: ignore[arg-type]
    inner = CallGroup(at=(), ordered=False, members=(expected,))
    turn = Turn(at=(), user="", calls=CallGroup(at=(), ordered=True, members=(inner,)))
    played = replace(scenario(pal=BARE), turns=(turn,))
    trace = happened([*called(status="error"), *called(call_id="call_2", name="other")])
    assert judged(played, trace).verdict.overall == overall


def test_nobody_waits_for_an_answer_to_a_fire_and_forget_message() -> None:
    trace = happened([*called(status="unanswered"), *called(call_id="call_2")])
    assert judged(scenario(pal=BARE), trace).verdict.overall == "pass"
    waiting = Tool(name="book_table", description="x", on_resolve="generate_response")
    pal = Pal(pal_name="Host", tools=(waiting,))
    assert judged(scenario(pal=pal), trace).verdict.overall == "partial"


def test_a_pass_needs_evidence() -> None:
    verdict = judged(scenario(pal=BARE), happened([said("Hello.")])).verdict
    assert (verdict.overall, verdict.summary) == (
        "partial",
        "Nothing was judged: there was no call, and no rule was declared.",
    )


def test_nothing_to_judge_is_an_empty_judgement() -> None:
    pal = Pal(pal_name="Host")
    judgement = judged(scenario(pal=pal), happened([said("Hello.")]))
    assert judgement.rulings == ()
    assert judgement.verdict.tools == ()


def test_a_tool_that_is_not_the_pals_is_listed_when_called() -> None:
    trace = happened([*called("cancel", call_id="call_9")])
    tools = judged(scenario(pal=BARE), trace).verdict.tools
    assert [(tool.name, tool.invoked) for tool in tools] == [
        ("book_table", False),
        ("cancel", True),
    ]


def test_a_ruling_points_at_its_rule_and_its_evidence() -> None:
    ruling = judged(scenario(rules=BOTH_RULES)).ruling("objective collect_email")
    assert ruling is not None
    assert (str(ruling.span), ruling.seqs) == ("scenarios/booking.yaml:13:35", (3,))


@given(
    st.lists(
        st.one_of(
            st.builds(said, st.text(max_size=12)),
            st.builds(asked, st.text(max_size=12)),
        ),
        max_size=6,
    )
)
def test_no_conversation_without_a_call_satisfies_a_rule_about_calls(events: list[object]) -> None:
    rule = ObjectiveRule(at=(), called=("book_table",), collected=("email",))
    outcome, _ = on_objective(rule, happened(events))  # type: ignore[arg-type]
    assert outcome == "fail"


def test_the_same_trace_gives_the_same_verdict() -> None:
    verdicts = {judged(scenario(rules=BOTH_RULES)).verdict.model_dump_json() for _ in range(3)}
    assert len(verdicts) == 1
    assert TavusVerdict.model_validate_json(verdicts.pop()).overall == "pass"
