"""What every judge keeps to, whoever it is."""

from __future__ import annotations

import asyncio
import re

import pytest

from pytest_tavus.contract.verdict import TavusVerdict
from pytest_tavus.trace.log import Trace
from pytest_tavus.verdict.judge.base import Judge
from tests.verdict.judge.samples import (
    BOOKED,
    BOTH_RULES,
    RULES,
    pal_says,
    question,
    scenario,
    trace_of,
)

JUDGES: tuple[Judge, ...] = (RULES,)
EVERY_JUDGE = pytest.mark.parametrize("judge", JUDGES, ids=lambda judge: judge.name)
CONVERSATIONS = pytest.mark.parametrize(
    "trace", [BOOKED, trace_of([pal_says("A refund.")]), trace_of()]
)


@EVERY_JUDGE
def test_a_judge_has_a_name_and_a_version(judge: Judge) -> None:
    assert re.fullmatch(r"[a-z_]+/\d+", judge.name)


@EVERY_JUDGE
@CONVERSATIONS
def test_a_ruling_points_into_the_trace_and_says_who_made_it(judge: Judge, trace: Trace) -> None:
    asked = question(scenario(rules=BOTH_RULES), trace)
    rulings = asyncio.run(judge.rule(asked)).rulings
    assert {ruling.judge for ruling in rulings} == {judge.name}
    assert {seq for ruling in rulings for seq in ruling.seqs} <= {e.seq for e in asked.trace}
    assert all(ruling.reason for ruling in rulings)


@EVERY_JUDGE
@CONVERSATIONS
def test_a_verdict_survives_the_way_through_json(judge: Judge, trace: Trace) -> None:
    asked = question(scenario(rules=BOTH_RULES), trace)
    verdict = asyncio.run(judge.rule(asked)).verdict
    assert TavusVerdict.from_json(verdict.to_json()) == verdict


@EVERY_JUDGE
@CONVERSATIONS
def test_an_unsure_part_is_not_satisfied_and_not_held(judge: Judge, trace: Trace) -> None:
    judgement = asyncio.run(judge.rule(question(scenario(), trace)))
    unsure = {ruling.subject for ruling in judgement.rulings if ruling.outcome == "unsure"}
    verdict = judgement.verdict
    assert not any(o.satisfied for o in verdict.objectives if f"objective {o.name}" in unsure)
    assert not any(g.held for g in verdict.guardrails if f"guardrail {g.name}" in unsure)
    assert verdict.overall != "pass" or not unsure
