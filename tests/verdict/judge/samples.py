"""Scenarios and traces for the tests of judges."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from pytest_tavus.contract.pal.objective import Guardrail, Objective, ObjectiveSet
from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.handler.delivery.profile import DeliveryProfile
from pytest_tavus.handler.sent.reader import RequestReader
from pytest_tavus.scenario.text.source import Document
from pytest_tavus.scenario.values.model import (
    GuardrailRule,
    JudgeExpectation,
    JudgeRules,
    ObjectiveRule,
    Scenario,
)
from pytest_tavus.trace.events import (
    Event,
    PalSaid,
    SessionOpened,
    ToolCalled,
    ToolResolved,
    UserSaid,
)
from pytest_tavus.trace.events import ToolStatus as Status
from pytest_tavus.trace.log import Entry, Trace
from pytest_tavus.verdict.judge.base import Judge, Judgement, Question
from pytest_tavus.verdict.judge.rules import RulesJudge
from pytest_tavus.verdict.judge.run import JudgeReport, run
from pytest_tavus.verdict.verdict import decide

TEXT = """\
scenarios:
  - name: books a table
    turns:
      - user: A table for two, please.
        says: {contains: [booked]}
    judge:
      overall: pass
      objectives: {collect_email: satisfied}
      guardrails: {no_refunds: held}
      tools: {book_table: invoked}
      knowledge_base: unused
    judge_rules:
      objectives: {collect_email: {collected: [email]}}
      guardrails: {no_refunds: {never_said: [refund]}}
"""
SOURCE = Document(path="scenarios/booking.yaml", text=TEXT)
SCENARIO_AT = ("scenarios", 0)
JUDGE_AT = (*SCENARIO_AT, "judge")
RULES_AT = (*SCENARIO_AT, "judge_rules")

PAL = Pal(
    pal_name="Host",
    tools=(Tool(name="book_table", description="Book a table."),),
    objectives=ObjectiveSet(
        data=(Objective(objective_name="collect_email", objective_prompt="Ask for the email."),)
    ),
    guardrails=(Guardrail(guardrail_name="no_refunds", guardrail_prompt="Never refund."),),
)

ON_COLLECT_EMAIL = ObjectiveRule(
    at=(*RULES_AT, "objectives", "collect_email"), collected=("email",)
)
ON_NO_REFUNDS = GuardrailRule(
    at=(*RULES_AT, "guardrails", "no_refunds"), never_said=("refund",), never_called=("pay_back",)
)
BOTH_RULES = JudgeRules(
    objectives={"collect_email": ON_COLLECT_EMAIL}, guardrails={"no_refunds": ON_NO_REFUNDS}
)


def scenario(
    *,
    expects: JudgeExpectation | None = None,
    rules: JudgeRules | None = None,
    pal: Pal = PAL,
) -> Scenario:
    plain = Scenario(
        at=SCENARIO_AT,
        name="books a table",
        source=SOURCE,
        pal=pal,
        pal_source=SOURCE,
        judge=expects,
    )
    return plain if rules is None else replace(plain, judge_rules=rules)


def expects(**parts: Any) -> JudgeExpectation:
    return JudgeExpectation(at=JUDGE_AT, **parts)


def trace_of(*turns: Sequence[Event]) -> Trace:
    """Build a trace of one list of events for each turn."""
    opened = SessionOpened(session="sim", conversation_id="c1", pal="Host", decisions="scripted")
    placed: list[tuple[int, Event]] = [(0, opened)]
    for number, events in enumerate(turns, start=1):
        placed += [(number, event) for event in events]
    return Trace(
        tuple(
            Entry(seq=seq, at=float(seq), turn=turn, event=event)
            for seq, (turn, event) in enumerate(placed, start=1)
        )
    )


def user_says(text: str = "A table for two, please.") -> UserSaid:
    return UserSaid(text=text)


def pal_says(text: str) -> PalSaid:
    return PalSaid(text=text)


def tool_call(
    name: str = "book_table",
    arguments: Mapping[str, Any] | str | None = None,
    *,
    status: Status | None = "success",
    call_id: str = "call_1",
) -> tuple[Event, ...]:
    """Build a call, and its resolution unless `status` is `None`."""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments or {})
    made = ToolCalled(call_id=call_id, name=name, arguments=text, channel="app_message")
    if status is None:
        return (made,)
    return (
        made,
        ToolResolved(call_id=call_id, status=status, output="{}", answered_by="handler"),
    )


BOOKED = trace_of(
    [
        user_says(),
        *tool_call(arguments={"guest": {"email": "guest@example.com"}}),
        pal_says("It is booked."),
    ]
)
"""Turn 1: entry 2 is the caller, 3 and 4 the call, 5 the reply."""


def question(of: Scenario, trace: Trace = BOOKED) -> Question:
    return Question(scenario=of, trace=trace)


RULES = RulesJudge(read=RequestReader(DeliveryProfile()))


def judge_by_rules(of: Scenario, trace: Trace = BOOKED) -> Judgement:
    return asyncio.run(RULES.rule(question(of, trace)))


def run_judge(of: Scenario, trace: Trace = BOOKED, judge: Judge = RULES) -> JudgeReport:
    return asyncio.run(run(of, trace, judge))


def outcome_of(report: JudgeReport) -> str:
    """Decide a conversation without the findings of checks."""
    return decide(report.findings, report.rulings, evidence=report.evidence).outcome


def rulings(report: JudgeReport) -> list[tuple[str, str, str]]:
    """Return subject, outcome and reason of every ruling."""
    return [(ruling.subject, ruling.outcome, ruling.reason) for ruling in report.rulings]


REFUND = trace_of([user_says(), pal_says("You get a refund.")])
"""A conversation in which the PAL says what its guardrail forbids."""
