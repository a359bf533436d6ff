"""Judges that fail, that say little, and names that nobody has: none of them is a pass."""

from __future__ import annotations

import pytest

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.verdict import (
    GuardrailVerdict,
    ObjectiveVerdict,
    TavusVerdict,
    ToolVerdict,
)
from pytest_tavus.scenario.values.model import JudgeRules
from pytest_tavus.verdict.judge.base import Judgement, Question
from pytest_tavus.verdict.judge.run import JudgeReport
from pytest_tavus.verdict.verdict import Ruling
from tests.verdict.judge.samples import (
    ON_NO_REFUNDS,
    PAL,
    expects,
    outcome_of,
    pal_says,
    rulings,
    run_judge,
    scenario,
    trace_of,
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


def test_a_scenario_without_judge_and_rules_is_not_judged() -> None:
    assert run_judge(scenario(), judge=Raising()) == JudgeReport()


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
    report = run_judge(scenario(expects=expects(**parts)))
    (finding,) = report.findings
    assert (finding.message, finding.hint, finding.owner) == (message, hint, "test")
    assert outcome_of(report) == "failed"


def test_an_unknown_name_of_a_pal_that_has_none() -> None:
    pal = Pal(pal_name="Host", tools=PAL.tools)
    report = run_judge(scenario(expects=expects(objectives={"any": True}), pal=pal))
    assert [finding.hint for finding in report.findings] == ["it has no objective at all"]


def test_a_rule_for_an_unknown_name_leaves_the_run_undecided() -> None:
    rules = JudgeRules(guardrails={"no_refund": ON_NO_REFUNDS})
    report = run_judge(scenario(rules=rules))
    assert rulings(report) == [
        (
            "guardrail no_refund",
            "error",
            "a rule is declared for it, and the PAL has no guardrail of that name",
        )
    ]
    assert report.rulings[0].hint == "did you mean 'no_refunds'?"
    assert outcome_of(report) == "undecided"


def test_the_exception_of_a_judge_is_an_errored_ruling() -> None:
    wanted = expects(overall="partial", tools={"book_table": True})
    report = run_judge(scenario(expects=wanted), judge=Raising())
    assert rulings(report) == [("judgement", "error", "the judge raised OSError: no connection")]
    assert report.findings == ()
    assert report.rulings[0].judge == "raising/1"
    assert outcome_of(report) == "undecided"


def test_an_empty_judgment_set_is_an_error_and_not_a_pass() -> None:
    """What is left when every judge failed must not read as all passed (LiveKit Agents 1.8.9)."""
    wanted = expects(overall="pass")
    report = run_judge(scenario(expects=wanted), judge=Fixed(TavusVerdict(overall="pass")))
    assert rulings(report) == [
        ("judgement", "error", "the judge ruled on nothing, which proves nothing")
    ]
    assert report.evidence.total == 0
    assert outcome_of(report) == "undecided"


def test_a_conversation_without_anything_to_judge_is_an_empty_judgment_set() -> None:
    bare = scenario(expects=expects(overall="pass"), pal=Pal(pal_name="Host"))
    assert outcome_of(run_judge(bare, trace_of([pal_says("Hello.")]))) == "undecided"


def test_a_verdict_without_rulings_is_compared_as_it_is() -> None:
    verdict = TavusVerdict(
        objectives=(ObjectiveVerdict(name="collect_email", satisfied=True, evidence="heard it"),),
        guardrails=(GuardrailVerdict(name="no_refunds", held=False),),
        tools=(ToolVerdict(name="book_table", invoked=True),),
        overall="pass",
    )
    wanted = expects(objectives={"collect_email": True}, guardrails={"no_refunds": True})
    report = run_judge(scenario(expects=wanted), judge=Fixed(verdict))
    assert [finding.message for finding in report.findings] == [
        "guardrail no_refunds: expected held, judged broken"
    ]
    assert rulings(report) == [
        ("objective collect_email", "pass", "satisfied, as expected: heard it")
    ]


def test_a_name_without_a_ruling_is_an_error() -> None:
    verdict = TavusVerdict(tools=(ToolVerdict(name="book_table", invoked=True),))
    wanted = expects(objectives={"collect_email": True})
    report = run_judge(scenario(expects=wanted), judge=Fixed(verdict))
    assert rulings(report) == [("objective collect_email", "error", "the judge did not rule on it")]


def test_an_unexpected_broken_guardrail_of_a_verdict_without_rulings_fails() -> None:
    verdict = TavusVerdict(guardrails=(GuardrailVerdict(name="no_refunds", held=False),))
    report = run_judge(scenario(expects=expects(overall="partial")), judge=Fixed(verdict))
    assert rulings(report)[-1] == (
        "guardrail no_refunds",
        "fail",
        "the judge holds it to be broken",
    )
    assert outcome_of(report) == "failed"


class Unable:
    """A judge that could not come to an answer on one objective."""

    name = "unable/1"

    async def rule(self, question: Question) -> Judgement:
        verdict = TavusVerdict(objectives=(ObjectiveVerdict(name="collect_email", satisfied=True),))
        ruling = Ruling(
            subject="objective collect_email",
            outcome="error",
            reason="the answer could not be read",
            judge=self.name,
        )
        return Judgement(verdict=verdict, rulings=(ruling,))


def test_an_error_on_an_objective_outweighs_the_verdict() -> None:
    wanted = expects(objectives={"collect_email": True})
    report = run_judge(scenario(expects=wanted), judge=Unable())
    assert rulings(report) == [("objective collect_email", "error", "the answer could not be read")]
    assert outcome_of(report) == "undecided"
