"""What a run may use, and what it is told when nothing is left."""

from __future__ import annotations

import pytest

from pytest_tavus.errors import NotRunError
from pytest_tavus.run.limits.ledger import (
    RECOVERY_SECONDS,
    Admission,
    Allowance,
    Ledger,
    Permit,
    RetryLater,
    give_back,
    slow_down,
    try_admit,
)


def wanted(token: str = "a", seconds: float = 60.0) -> Admission:
    return Admission(token=token, worker="", seconds=seconds)


def refused(ledger: Ledger, allowance: Allowance, now: float = 0.0) -> str:
    with pytest.raises(NotRunError) as caught:
        try_admit(ledger, allowance, wanted("z"), now=now)
    return str(caught.value)


def test_without_limits_every_conversation_is_granted_its_own_time() -> None:
    ledger = Ledger(began=0.0)

    for number in range(1000):
        assert try_admit(ledger, Allowance(), wanted(str(number)), now=1e6) == Permit(seconds=60.0)

    assert (ledger.started, len(ledger.active)) == (1000, 1000)


def test_no_more_conversations_are_open_at_once_than_allowed() -> None:
    ledger, allowance = Ledger(began=0.0), Allowance(in_flight=2)
    try_admit(ledger, allowance, wanted("a"), now=0.0)
    try_admit(ledger, allowance, wanted("b"), now=0.0)

    assert isinstance(try_admit(ledger, allowance, wanted("c"), now=0.0), RetryLater)
    give_back(ledger, "a", used=1.0)
    assert isinstance(try_admit(ledger, allowance, wanted("c"), now=0.0), Permit)


def test_no_more_conversations_start_in_a_second_than_allowed() -> None:
    ledger, allowance = Ledger(began=0.0), Allowance(starts=4)

    assert isinstance(try_admit(ledger, allowance, wanted("a"), now=100.0), Permit)
    later = try_admit(ledger, allowance, wanted("b"), now=100.0)

    assert isinstance(later, RetryLater)
    assert 0.2 < later.seconds <= 0.25
    assert isinstance(try_admit(ledger, allowance, wanted("b"), now=100.25), Permit)


def test_no_more_conversations_are_opened_in_a_run_than_allowed() -> None:
    ledger, allowance = Ledger(began=0.0), Allowance(conversations=1)
    try_admit(ledger, allowance, wanted("a"), now=0.0)
    give_back(ledger, "a", used=1.0)

    assert refused(ledger, allowance) == (
        "not run: the run has opened its 1 conversation (--tavus-max-conversations)"
    )


def test_after_the_deadline_of_the_run_nothing_is_opened() -> None:
    ledger, allowance = Ledger(began=10.0), Allowance(run=100.0)

    assert try_admit(ledger, allowance, wanted("a"), now=20.0) == Permit(seconds=60.0)
    assert try_admit(ledger, allowance, wanted("b"), now=80.0) == Permit(
        seconds=30.0, shortened_by="the run's 100 s (--tavus-run-deadline)"
    )
    assert refused(ledger, allowance, now=110.0) == (
        "not run: the run took longer than its 100 s (--tavus-run-deadline)"
    )


def test_connected_seconds_are_never_exceeded() -> None:
    ledger, allowance = Ledger(began=0.0), Allowance(connected=100.0)

    assert try_admit(ledger, allowance, wanted("a"), now=0.0) == Permit(seconds=60.0)
    assert isinstance(
        try_admit(ledger, allowance, wanted("b"), now=0.0), RetryLater
    )  # 60 might be used
    give_back(ledger, "a", used=55.0)
    assert try_admit(ledger, allowance, wanted("b"), now=0.0) == Permit(
        seconds=45.0,
        shortened_by="the run's 100 connected seconds (--tavus-max-connected)",
    )
    give_back(ledger, "b", used=45.0)
    assert refused(ledger, allowance) == (
        "not run: the run has used its 100 connected seconds (--tavus-max-connected)"
    )


def test_a_refusal_of_the_service_lowers_the_ceiling() -> None:
    ledger = Ledger(began=0.0)
    for token in "abcd":
        try_admit(ledger, Allowance(), wanted(token), now=0.0)

    slow_down(ledger, "User has reached maximum concurrent conversations", now=0.0)
    give_back(ledger, "d", used=0.0)

    assert (ledger.refusals, ledger.ceiling, ledger.started) == (1, 3, 3)
    assert isinstance(try_admit(ledger, Allowance(), wanted("d"), now=0.0), RetryLater)
    give_back(ledger, "a", used=1.0)
    assert isinstance(try_admit(ledger, Allowance(), wanted("d"), now=0.0), Permit)


def test_one_conversation_is_always_possible() -> None:
    ledger = Ledger(began=0.0)
    for number in range(3):
        try_admit(ledger, Allowance(), wanted(str(number)), now=0.0)
        slow_down(ledger, "429", now=0.0)
        give_back(ledger, str(number), used=0.0)

    assert ledger.ceiling == 1
    assert isinstance(try_admit(ledger, Allowance(), wanted("d"), now=0.0), Permit)


def test_after_a_while_without_a_refusal_the_ceiling_rises_by_one() -> None:
    ledger = Ledger(began=0.0)
    try_admit(ledger, Allowance(), wanted("a"), now=0.0)
    try_admit(ledger, Allowance(), wanted("b"), now=0.0)
    slow_down(ledger, "429", now=1.0)
    give_back(ledger, "b", used=0.0)

    assert isinstance(
        try_admit(ledger, Allowance(), wanted("b"), now=1.0 + RECOVERY_SECONDS - 0.1), RetryLater
    )
    assert isinstance(
        try_admit(ledger, Allowance(), wanted("b"), now=1.0 + RECOVERY_SECONDS), Permit
    )
    assert isinstance(
        try_admit(ledger, Allowance(), wanted("c"), now=1.0 + RECOVERY_SECONDS), RetryLater
    )
    assert (ledger.ceiling, ledger.lowest) == (2, 1)


def test_a_refusal_of_the_additional_conversation_lowers_the_ceiling_again() -> None:
    ledger = Ledger(began=0.0)
    try_admit(ledger, Allowance(), wanted("a"), now=0.0)
    try_admit(ledger, Allowance(), wanted("b"), now=0.0)
    slow_down(ledger, "429", now=1.0)
    give_back(ledger, "b", used=0.0)
    try_admit(ledger, Allowance(), wanted("b"), now=1.0 + RECOVERY_SECONDS)

    slow_down(ledger, "429", now=2.0 + RECOVERY_SECONDS)
    give_back(ledger, "b", used=0.0)

    assert ledger.ceiling == 1
    assert isinstance(
        try_admit(ledger, Allowance(), wanted("b"), now=1.0 + 2 * RECOVERY_SECONDS), RetryLater
    )


def test_a_ceiling_that_is_not_reached_stays() -> None:
    ledger = Ledger(began=0.0)
    try_admit(ledger, Allowance(), wanted("a"), now=0.0)
    slow_down(ledger, "429", now=0.0)
    give_back(ledger, "a", used=0.0)

    assert isinstance(try_admit(ledger, Allowance(), wanted("a"), now=RECOVERY_SECONDS), Permit)
    assert ledger.ceiling == 1


def test_giving_back_twice_counts_once() -> None:
    ledger = Ledger(began=0.0)
    try_admit(ledger, Allowance(), wanted("a"), now=0.0)

    give_back(ledger, "a", used=2.0)
    give_back(ledger, "a", used=2.0)

    assert ledger.spent == 2.0
