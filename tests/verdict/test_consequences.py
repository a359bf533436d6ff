"""A failure shows one cause: its consequences are kept and marked."""

from __future__ import annotations

import pytest

from pytest_tavus.errors import Owner
from pytest_tavus.trace.facts import Evidence
from pytest_tavus.verdict.verdict import Finding, FindingKind, decide


def finding(
    kind: FindingKind, turn: int = 1, *, needs: str | None = None, owner: Owner = "handler"
) -> Finding:
    return Finding(kind=kind, message=kind, owner=owner, span=None, turn=turn, needs=needs)


def causes(*findings: Finding) -> list[str]:
    verdict = decide(findings, [], evidence=Evidence(held=1))
    assert [one.kind for one in verdict.findings] == [one.kind for one in findings]
    return [one.kind for one in verdict.findings if not one.consequence]


def test_a_failed_handler_explains_missing_speech_of_its_turn() -> None:
    assert causes(finding("handler_error"), finding("missing_speech")) == ["handler_error"]


def test_a_failed_handler_does_not_explain_missing_speech_of_another_turn() -> None:
    found = causes(finding("handler_error"), finding("missing_speech", 2))
    assert found == ["handler_error", "missing_speech"]


def test_a_fault_before_the_first_line_explains_unplayed_turns() -> None:
    assert causes(finding("fault", 0), finding("not_run"), finding("judge", 0)) == ["fault"]


@pytest.mark.parametrize("kind", ["unknown_answer", "nothing_saved"])
@pytest.mark.parametrize("cause", ["nothing_saved", "handler_error", "wrong_status"])
def test_an_unsaved_value_explains_later_findings_that_need_it(
    cause: FindingKind, kind: FindingKind
) -> None:
    later = finding(kind, 3, needs="saved.booking_id", owner="test")
    assert causes(finding(cause), later) == [cause]


def test_a_value_that_no_turn_saves_is_its_own_cause() -> None:
    later = finding("unknown_answer", 3, needs="saved.booking_id", owner="test")
    assert causes(finding("missing_speech"), later) == ["missing_speech", "unknown_answer"]


def test_an_answer_of_a_later_turn_is_not_explained_by_an_earlier_failure() -> None:
    later = finding("unknown_answer", 3, needs="result.eta")
    assert causes(finding("handler_error"), later) == ["handler_error", "unknown_answer"]


def test_independent_findings_stay_apart() -> None:
    found = causes(finding("wrong_order"), finding("missing_speech"), finding("too_late"))
    assert found == ["wrong_order", "missing_speech", "too_late"]
