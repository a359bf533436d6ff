"""The rules judge: deterministic and offline, with the same verdict for the same trace.

Tools are judged by their requests alone. Objectives and guardrails are judged by declared rules
(:mod:`pytest_tavus.verdict.judge.declared`). Tavus's verdict has no word for *unsure*: an unsure
part is not satisfied or not held in the verdict, and its ruling is unsure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pytest_tavus.contract.tool.sent import ArgumentReader
from pytest_tavus.contract.verdict import (
    GuardrailVerdict,
    KnowledgeVerdict,
    ObjectiveVerdict,
    TavusVerdict,
    ToolVerdict,
)
from pytest_tavus.errors import did_you_mean
from pytest_tavus.scenario.values.model import GuardrailRule, ObjectiveRule, Scenario
from pytest_tavus.spans import SourceSpan
from pytest_tavus.trace.log import Trace
from pytest_tavus.verdict.call import Show, show_clear
from pytest_tavus.verdict.judge.base import Judgement, Question
from pytest_tavus.verdict.judge.declared import RuleOutcome, judge_guardrail, judge_objective
from pytest_tavus.verdict.judge.facts import JudgedCall, JudgedTrace, build_judged_calls
from pytest_tavus.verdict.judge.names import guardrail_names, objective_names, rule_span, tool_names
from pytest_tavus.verdict.judge.overall import OverallOutcome, judge_overall, select_counted_calls
from pytest_tavus.verdict.observed import ObservedTrace, build_observed_trace
from pytest_tavus.verdict.verdict import Ruling

Rules = Mapping[str, ObjectiveRule] | Mapping[str, GuardrailRule]

_NO_RETRIEVAL = "no retrieval from a knowledge base was seen"


class RulesJudge:
    """Judges a conversation by declared rules and by its requests."""

    def __init__(
        self,
        *,
        read: ArgumentReader,
        show: Show | None = None,
        in_clear: Trace | None = None,
        seen: ObservedTrace | None = None,
    ) -> None:
        """`read` reads the arguments of calls from their requests.

        `in_clear` is the clear twin of the question's masked trace; `show` masks the quotes of it.
        `seen` is the clear trace, sorted by the checks.
        """
        self._read = read
        self._show = show_clear if show is None else show
        self._in_clear = in_clear
        self._observed = seen

    @property
    def name(self) -> str:
        return "rules/1"

    async def rule(self, question: Question) -> Judgement:
        """Judge one conversation, without waiting.

        Raises:
            UnknownValueError: a value that a rule needs was masked before the trace was stored.

        """
        scenario = question.scenario
        trace = self._in_clear or question.trace
        pal_tools = {tool.name: tool for tool in scenario.pal.tools}
        found = self._observed or build_observed_trace(trace, pal_tools, self._read)
        calls = build_judged_calls(trace, found, show=self._show)
        evidence = JudgedTrace(trace, question.trace, calls)
        rules = scenario.judge_rules
        objectives = {
            name: judge_objective(rules.objectives.get(name), evidence)
            for name in objective_names(scenario)
        }
        guardrails = {
            name: judge_guardrail(rules.guardrails.get(name), evidence)
            for name in guardrail_names(scenario)
        }
        whole = judge_overall(objectives, guardrails, select_counted_calls(calls, scenario))
        tools = _judge_tools(tool_names(scenario), calls)
        verdict = _verdict(objectives, guardrails, tools, whole)
        if not (objectives or guardrails or tools):
            return Judgement(verdict=verdict)
        rulings = (
            *self._rulings("objective", objectives, rules.objectives, scenario),
            *self._rulings("guardrail", guardrails, rules.guardrails, scenario),
            *(self._build_ruling(f"tool {name}", held) for name, held in tools.items()),
            self._build_ruling(
                "overall",
                RuleOutcome(outcome=whole.outcome, evidence=whole.summary, seqs=whole.seqs),
            ),
        )
        return Judgement(verdict=verdict, rulings=rulings)

    def _rulings(
        self, kind: str, judged: Mapping[str, RuleOutcome], rules: Rules, scenario: Scenario
    ) -> Iterator[Ruling]:
        for name, held in judged.items():
            rule = rules.get(name)
            span = None if rule is None else rule_span(scenario, rule)
            yield self._build_ruling(f"{kind} {name}", held, span=span)
        for name, rule in rules.items():
            if name not in judged:
                yield self._build_ruling(
                    f"{kind} {name}",
                    _build_stray_outcome(kind, name, judged),
                    span=rule_span(scenario, rule),
                )

    def _build_ruling(
        self, subject: str, held: RuleOutcome, *, span: SourceSpan | None = None
    ) -> Ruling:
        return Ruling(
            subject=subject,
            outcome=held.outcome,
            reason=held.evidence,
            judge=self.name,
            span=span,
            seqs=held.seqs,
            hint=held.hint,
        )


def _build_stray_outcome(kind: str, name: str, known: Iterable[str]) -> RuleOutcome:
    """Refuse a rule for a name that the PAL does not have, because nothing would apply the rule."""
    reason = f"a rule is declared for it, and the PAL has no {kind} of that name"
    return RuleOutcome(outcome="error", evidence=reason, hint=did_you_mean(name, known))


def _judge_tools(names: Iterable[str], calls: Sequence[JudgedCall]) -> dict[str, RuleOutcome]:
    """Judge each tool of the PAL, and each called tool that the PAL does not have."""
    return {
        name: _judge_tool([call for call in calls if call.call.name == name])
        for name in dict.fromkeys((*names, *(call.call.name for call in calls)))
    }


def _judge_tool(made: Sequence[JudgedCall]) -> RuleOutcome:
    if not made:
        return RuleOutcome(outcome="fail", evidence="no call on the wire")
    return RuleOutcome(
        outcome="pass",
        evidence="; ".join(str(call) for call in made),
        seqs=tuple(seq for call in made for seq in call.seqs),
    )


def _verdict(
    objectives: Mapping[str, RuleOutcome],
    guardrails: Mapping[str, RuleOutcome],
    tools: Mapping[str, RuleOutcome],
    whole: OverallOutcome,
) -> TavusVerdict:
    return TavusVerdict(
        objectives=tuple(
            ObjectiveVerdict(name=name, satisfied=held.outcome == "pass", evidence=_evidence(held))
            for name, held in objectives.items()
        ),
        guardrails=tuple(
            GuardrailVerdict(name=name, held=held.outcome == "pass", evidence=_evidence(held))
            for name, held in guardrails.items()
        ),
        knowledge_base=KnowledgeVerdict(used=False, evidence=_NO_RETRIEVAL),
        tools=tuple(
            ToolVerdict(name=name, invoked=held.outcome == "pass", evidence=held.evidence)
            for name, held in tools.items()
        ),
        overall=whole.overall,
        summary=whole.summary,
    )


def _evidence(held: RuleOutcome) -> str:
    return f"unsure: {held.evidence}" if held.outcome == "unsure" else held.evidence
