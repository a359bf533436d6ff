"""The verdict of the rules judge as a whole."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.contract.verdict import TavusVerdict
from pytest_tavus.scenario.text.source import Document
from pytest_tavus.scenario.values.model import (
    CallExpectation,
    CallGroup,
    JudgeRules,
    ObjectiveRule,
    Turn,
)
from tests.verdict.judge.samples import (
    BOTH_RULES,
    PAL,
    judge_by_rules,
    pal_says,
    scenario,
    tool_call,
    trace_of,
)

BARE = Pal(pal_name="Host", tools=PAL.tools)


def test_a_whole_verdict_has_tavuss_own_shape() -> None:
    assert judge_by_rules(scenario(rules=BOTH_RULES)).verdict.to_json() == {
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
        "summary": "1 objective satisfied, 1 guardrail held, 1 call succeeded.",
    }


def test_without_a_rule_nothing_is_satisfied_and_nothing_holds() -> None:
    judgement = judge_by_rules(scenario())
    assert [(r.subject, r.outcome, r.reason) for r in judgement.rulings] == [
        ("objective collect_email", "unsure", "no rule says when it is satisfied"),
        ("guardrail no_refunds", "unsure", "no rule says when it is broken"),
        (
            "tool book_table",
            "pass",
            'turn 1: book_table {"guest": {"email": "guest@example.com"}} succeeded',
        ),
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


def test_a_rule_for_a_name_the_pal_does_not_have_is_an_error() -> None:
    rules = JudgeRules(objectives={"colect_email": ObjectiveRule(at=(), said=("x",))})
    ruling = judge_by_rules(scenario(rules=rules)).ruling("objective colect_email")
    assert ruling is not None
    assert (ruling.outcome, ruling.reason, ruling.hint) == (
        "error",
        "a rule is declared for it, and the PAL has no objective of that name",
        "did you mean 'collect_email'?",
    )


def test_rules_name_the_objectives_of_a_pal_that_lists_none() -> None:
    pal = Pal(pal_name="Host", objectives_id="o123")
    judgement = judge_by_rules(scenario(rules=BOTH_RULES, pal=pal))
    assert [objective.name for objective in judgement.verdict.objectives] == ["collect_email"]
    assert judgement.verdict.overall == "pass"


def test_a_broken_guardrail_fails_the_whole() -> None:
    trace = trace_of([*tool_call(arguments={"email": "a@example.com"}), pal_says("A refund.")])
    verdict = judge_by_rules(scenario(rules=BOTH_RULES), trace).verdict
    assert (verdict.overall, verdict.summary) == (
        "fail",
        'Guardrail no_refunds was broken: turn 1: the PAL said "refund" in "A refund.".',
    )


def test_an_objective_that_is_not_satisfied_makes_the_whole_partial() -> None:
    trace = trace_of([pal_says("Hello.")])
    verdict = judge_by_rules(scenario(rules=BOTH_RULES), trace).verdict
    assert (verdict.overall, verdict.summary) == (
        "partial",
        "Objective collect_email was not satisfied: no call carried email.",
    )


def test_a_call_that_failed_makes_the_whole_partial() -> None:
    verdict = judge_by_rules(scenario(pal=BARE), trace_of([*tool_call(status="error")])).verdict
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
    trace = trace_of([*tool_call(status="error"), *tool_call(call_id="call_2", name="other")])
    assert judge_by_rules(played, trace).verdict.overall == overall


def test_nobody_waits_for_an_answer_to_a_fire_and_forget_message() -> None:
    trace = trace_of([*tool_call(status="unanswered"), *tool_call(call_id="call_2")])
    assert judge_by_rules(scenario(pal=BARE), trace).verdict.overall == "pass"
    waiting = Tool(name="book_table", description="x", on_resolve="generate_response")
    pal = Pal(pal_name="Host", tools=(waiting,))
    assert judge_by_rules(scenario(pal=pal), trace).verdict.overall == "partial"


def test_a_pass_needs_evidence() -> None:
    verdict = judge_by_rules(scenario(pal=BARE), trace_of([pal_says("Hello.")])).verdict
    assert (verdict.overall, verdict.summary) == (
        "partial",
        "Nothing was judged: there was no call, and no rule was declared.",
    )


def test_nothing_to_judge_is_an_empty_judgement() -> None:
    pal = Pal(pal_name="Host")
    judgement = judge_by_rules(scenario(pal=pal), trace_of([pal_says("Hello.")]))
    assert judgement.rulings == ()
    assert judgement.verdict.tools == ()


def test_a_tool_that_is_not_the_pals_is_listed_when_called() -> None:
    trace = trace_of([*tool_call("cancel", call_id="call_9")])
    tools = judge_by_rules(scenario(pal=BARE), trace).verdict.tools
    assert [(tool.name, tool.invoked) for tool in tools] == [
        ("book_table", False),
        ("cancel", True),
    ]


def test_a_ruling_points_at_its_rule_and_its_evidence() -> None:
    ruling = judge_by_rules(scenario(rules=BOTH_RULES)).ruling("objective collect_email")
    assert ruling is not None
    assert (str(ruling.span), ruling.seqs) == ("scenarios/booking.yaml:13:35", (3,))


def test_the_same_trace_gives_the_same_verdict() -> None:
    verdicts = {
        json.dumps(judge_by_rules(scenario(rules=BOTH_RULES)).verdict.to_json()) for _ in range(3)
    }
    assert len(verdicts) == 1
    assert TavusVerdict.from_json(json.loads(verdicts.pop())).overall == "pass"


def test_a_rule_of_the_pals_file_is_found_there() -> None:
    text = "judge_rules:\n  objectives:\n    collect_email: {collected: [email]}\n"
    source = Document(path="pals/host.pal.yaml", text=text)
    at = ("judge_rules", "objectives", "collect_email")
    rule = ObjectiveRule(at=at, collected=("email",))
    pal = replace(PAL, judge_rules={"objectives": {}})
    rules = JudgeRules(objectives={"collect_email": rule})
    played = replace(scenario(rules=rules, pal=pal), pal_source=source)
    ruling = judge_by_rules(played).ruling("objective collect_email")
    assert ruling is not None
    assert str(ruling.span) == "pals/host.pal.yaml:3:20"
