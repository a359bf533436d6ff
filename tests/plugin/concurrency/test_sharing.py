"""Any limit of the whole run is one limit for all its workers."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_tavus.run.limits.ledger import Allowance
from pytest_tavus.run.options.settings import Settings

SCENARIOS = Path("scenarios")


@pytest.mark.parametrize(
    "limits",
    [
        Settings(scenarios=SCENARIOS, max_in_flight=1),
        Settings(scenarios=SCENARIOS, max_starts=1),
        Settings(scenarios=SCENARIOS, max_conversations=1),
        Settings(scenarios=SCENARIOS, max_connected=1),
        Settings(scenarios=SCENARIOS, run_deadline=1),
    ],
    ids=["in flight", "starts", "conversations", "connected", "run deadline"],
)
def test_a_limit_of_the_run_is_shared(limits: Settings) -> None:
    assert Allowance.from_settings(limits) != Allowance()


def test_what_limits_each_conversation_is_not_shared() -> None:
    assert Allowance.from_settings(Settings(scenarios=SCENARIOS, deadline=1)) == Allowance()
