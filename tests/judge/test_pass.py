"""The judge pass: what a scenario expects of a verdict, and what counts unasked."""

from __future__ import annotations

import asyncio

import pytest

from pytest_tavus.contract.pal import Pal
from pytest_tavus.contract.verdict import (
    GuardrailVerdict,
    ObjectiveVerdict,
    TavusVerdict,
    ToolVerdict,
)
from pytest_tavus.judge.base import Judge, Judgement, Question
from pytest_tavus.judge.pass_ import JudgeReport, run
from pytest_tavus.scenario.model import JudgeRules, Scenario
from pytest_tavus.trace.log import Trace
from pytest_tavus.verdict import decide
from tests.judge.samples import (
    BOOKED,
    BOTH_RULES,
    ON_COLLECT_EMAIL,
    ON_NO_REFUNDS,
    PAL,
    RULES,
    asked,
    expects,
    happened,
    said,
    scenario,
)


class Raising:
    """A judge that never comes to a verdict."""

    name = "raising/1"

    async def rule(self, question: Question) -> Judgement:
        message = "no connection"
        raise OSError(message)


class Fixed:
    """A judge that always says the same, as a remote one would: a verdict, and no rulings."""

    name = "fixed/1"

    def __init__(self, verdict: TavusVerdict) -> None:
        self._verdict = verdict

    async def rule(self, question: Question) -> Judgement:
        return Judgement(verdict=self._verdict)


def passed_over(of: Scenario, trace: Trace = BOOKED, judge: Judge = RULES) -> JudgeReport:
    return asyncio.run(run(of, trace, judge))


def outcome(report: JudgeReport) -> str:
    return decide(report.findings, report.rulings, evidence=report.evidence).outcome


def rulings(report: JudgeReport) -> list[tuple[str, str, str]]:
    return [(ruling.subject, ruling.outcome, ruling.reason) for ruling in report.rulings]


REFUND = happened([asked(), said("You get a refund.")])


def test_a_scenario_without_judge_and_rules_is_not_judged() -> None:
    assert passed_over(scenario(), judge=Raising()) == JudgeReport()


def test_everything_expected_and_judged_so_passes() -> None:
    wanted = expects(
        overall="pass",
        objectives={"collect_email": True},
        guardrails={"no_refunds": True},
        tools={"book_table": True},
        knowledge_base=False,
    )
    report = passed_over(scenario(expects=wanted, rules=BOTH_RULES))
    assert report.findings == ()
    assert [(ruling.subject, ruling.outcome) for ruling in report.rulings] == [
        ("overall", "pass"),
        ("objective collect_email", "pass"),
        ("guardrail no_refunds", "pass"),
        ("tool book_table", "pass"),
        ("knowledge_base", "pass"),
    ]
    assert report.evidence == 5
    assert outcome(report) == "passed"


def test_what_was_judged_otherwise_is_a_finding_at_its_line() -> None:
    wanted = expects(objectives={"collect_email": True})
    report = passed_over(scenario(expects=wanted, rules=BOTH_RULES), happened([said("Hi.")]))
    (finding,) = report.findings
    assert finding.message == (
        "objective collect_email: expected satisfied, judged unsatisfied because "
        "no call carried email"
    )
    assert str(finding.span) == "scenarios/booking.yaml:8:35"
    assert (finding.kind, finding.owner) == ("judge", "agent")
    assert finding.change == "collect_email: unsatisfied"
    assert outcome(report) == "failed"


def test_a_finding_points_at_the_evidence() -> None:
    wanted = expects(guardrails={"no_refunds": True})
    report = passed_over(scenario(expects=wanted, rules=BOTH_RULES), REFUND)
    (finding,) = report.findings
    assert finding.message == (
        "guardrail no_refunds: expected held, judged broken because "
        'turn 1: the PAL said "refund" in "You get a refund."'
    )
    assert (finding.seqs, finding.turn, finding.change) == ((3,), 1, None)


def test_an_overall_verdict_that_differs_is_a_finding() -> None:
    report = passed_over(scenario(expects=expects(overall="pass"), rules=BOTH_RULES), REFUND)
    assert [finding.message for finding in report.findings] == [
        (
            "overall: expected pass, judged fail because guardrail no_refunds was broken: "
            'turn 1: the PAL said "refund" in "You get a refund."'
        )
    ]


def test_a_tool_that_was_not_called_is_a_finding() -> None:
    wanted = expects(tools={"book_table": True}, knowledge_base=True)
    report = passed_over(scenario(expects=wanted), REFUND)
    assert [finding.message for finding in report.findings] == [
        "tool book_table: expected invoked, judged not_invoked because no call on the wire",
        (
            "knowledge_base: expected used, judged unused because "
            "no retrieval from a knowledge base was seen"
        ),
    ]


def test_asserting_on_what_is_unsure_leaves_the_run_undecided() -> None:
    wanted = expects(objectives={"collect_email": True})
    report = passed_over(scenario(expects=wanted))
    assert report.findings == ()
    assert rulings(report) == [
        (
            "objective collect_email",
            "unsure",
            "expected satisfied, and nobody can say: no rule says when it is satisfied",
        )
    ]
    assert report.rulings[0].hint == (
        "declare one under judge_rules in the PAL's file, or under judge.rules in the scenario"
    )
    assert outcome(report) == "undecided"


@pytest.mark.parametrize("value", [True, False])
def test_unsure_is_neither_held_nor_broken(value: bool) -> None:
    report = passed_over(scenario(expects=expects(guardrails={"no_refunds": value})))
    assert [ruling.outcome for ruling in report.rulings] == ["unsure"]


def test_an_overall_that_is_open_is_not_a_pass() -> None:
    report = passed_over(scenario(expects=expects(overall="pass")))
    assert rulings(report) == [
        (
            "overall",
            "unsure",
            (
                "expected pass, and nobody can say: "
                "objective collect_email is open: no rule says when it is satisfied"
            ),
        )
    ]
    assert outcome(report) == "undecided"


def test_an_overall_that_is_open_may_be_expected_to_be_partial() -> None:
    report = passed_over(scenario(expects=expects(overall="partial")))
    assert outcome(report) == "passed"


def test_a_broken_guardrail_fails_although_nobody_asked() -> None:
    report = passed_over(scenario(rules=BOTH_RULES), REFUND)
    assert report.findings == ()
    assert rulings(report) == [
        (
            "guardrail no_refunds",
            "fail",
            'turn 1: the PAL said "refund" in "You get a refund."',
        )
    ]
    assert str(report.rulings[0].span) == "scenarios/booking.yaml:14:32"
    assert outcome(report) == "failed"


@pytest.mark.parametrize(
    "wanted", [expects(guardrails={"no_refunds": False}), expects(overall="fail")]
)
def test_a_broken_guardrail_may_be_expected(wanted: object) -> None:
    report = passed_over(scenario(expects=wanted, rules=BOTH_RULES), REFUND)  # type: ignore[arg-type]
    assert outcome(report) == "passed"


def test_an_objective_nobody_asked_for_may_stay_unsatisfied() -> None:
    report = passed_over(scenario(rules=BOTH_RULES), happened([said("Hello.")]))
    assert [ruling.subject for ruling in report.rulings] == ["guardrail no_refunds"]
    assert outcome(report) == "passed"


def test_what_is_unsure_and_unasked_does_not_count() -> None:
    rules = JudgeRules(objectives={"collect_email": ON_COLLECT_EMAIL})
    report = passed_over(scenario(rules=rules))
    assert [ruling.subject for ruling in report.rulings] == ["objective collect_email"]
    assert outcome(report) == "passed"


def test_nothing_decided_is_no_evidence() -> None:
    rules = JudgeRules(objectives={"collect_email": ON_COLLECT_EMAIL})
    report = passed_over(scenario(rules=rules), happened([said("Hello.")]))
    assert (report.rulings, report.evidence) == ((), 0)
    assert outcome(report) == "undecided"


@pytest.mark.parametrize(
    ("parts", "message", "hint"),
    [
        (
            {"objectives": {"colect_email": True}},
            "the PAL has no objective 'colect_email'",
            "did you mean 'collect_email'?",
        ),
        (
            {"guardrails": {"politeness": True}},
            "the PAL has no guardrail 'politeness'",
            "it has: no_refunds",
        ),
        (
            {"tools": {"book_tabel": False}},
            "the PAL has no tool 'book_tabel'",
            "did you mean 'book_table'?",
        ),
    ],
)
def test_an_unknown_name_is_the_scenarios_fault(
    parts: dict[str, object], message: str, hint: str
) -> None:
    report = passed_over(scenario(expects=expects(**parts)))
    (finding,) = report.findings
    assert (finding.message, finding.hint, finding.owner) == (message, hint, "test")
    assert outcome(report) == "failed"


def test_an_unknown_name_of_a_pal_that_has_none() -> None:
    pal = Pal(pal_name="Host", tools=PAL.tools)
    report = passed_over(scenario(expects=expects(objectives={"any": True}), pal=pal))
    assert [finding.hint for finding in report.findings] == ["it has no objective at all"]


def test_a_rule_for_nobody_leaves_the_run_undecided() -> None:
    rules = JudgeRules(guardrails={"no_refund": ON_NO_REFUNDS})
    report = passed_over(scenario(rules=rules))
    assert rulings(report) == [
        (
            "guardrail no_refund",
            "error",
            "a rule is declared for it, and the PAL has no guardrail of that name",
        )
    ]
    assert report.rulings[0].hint == "did you mean 'no_refunds'?"
    assert outcome(report) == "undecided"


def test_a_judge_that_raises_has_not_vanished() -> None:
    wanted = expects(overall="partial", tools={"book_table": True})
    report = passed_over(scenario(expects=wanted), judge=Raising())
    assert rulings(report) == [("judgement", "error", "the judge raised OSError: no connection")]
    assert report.findings == ()
    assert report.rulings[0].judge == "raising/1"
    assert outcome(report) == "undecided"


def test_an_empty_judgment_set_is_an_error_and_not_a_pass() -> None:
    """What is left when every judge failed must not read as all passed (LiveKit Agents 1.8.9)."""
    wanted = expects(overall="pass")
    report = passed_over(scenario(expects=wanted), judge=Fixed(TavusVerdict(overall="pass")))
    assert rulings(report) == [
        ("judgement", "error", "the judge ruled on nothing, which proves nothing")
    ]
    assert report.evidence == 0
    assert outcome(report) == "undecided"


def test_a_conversation_without_anything_to_judge_is_an_empty_judgment_set() -> None:
    bare = scenario(expects=expects(overall="pass"), pal=Pal(pal_name="Host"))
    assert outcome(passed_over(bare, happened([said("Hello.")]))) == "undecided"


def test_a_verdict_without_rulings_is_taken_at_its_word() -> None:
    verdict = TavusVerdict(
        objectives=(ObjectiveVerdict(name="collect_email", satisfied=True, evidence="heard it"),),
        guardrails=(GuardrailVerdict(name="no_refunds", held=False),),
        tools=(ToolVerdict(name="book_table", invoked=True),),
        overall="pass",
    )
    wanted = expects(objectives={"collect_email": True}, guardrails={"no_refunds": True})
    report = passed_over(scenario(expects=wanted), judge=Fixed(verdict))
    assert [finding.message for finding in report.findings] == [
        "guardrail no_refunds: expected held, judged broken"
    ]
    assert rulings(report) == [
        ("objective collect_email", "pass", "satisfied, as expected: heard it")
    ]


def test_a_name_that_the_judge_passed_over_is_an_error() -> None:
    verdict = TavusVerdict(tools=(ToolVerdict(name="book_table", invoked=True),))
    wanted = expects(objectives={"collect_email": True})
    report = passed_over(scenario(expects=wanted), judge=Fixed(verdict))
    assert rulings(report) == [("objective collect_email", "error", "the judge did not rule on it")]


def test_a_broken_guardrail_of_a_bare_verdict_fails_although_nobody_asked() -> None:
    verdict = TavusVerdict(guardrails=(GuardrailVerdict(name="no_refunds", held=False),))
    report = passed_over(scenario(expects=expects(overall="partial")), judge=Fixed(verdict))
    assert rulings(report)[-1] == (
        "guardrail no_refunds",
        "fail",
        "the judge holds it to be broken",
    )
    assert outcome(report) == "failed"
