"""What is heard around the calls of a turn, held against their tools. Always checked."""

from __future__ import annotations

from pytest_tavus.verdict.checks.case import NOTHING_TO_CHECK, CheckResult, TurnCase
from pytest_tavus.verdict.checks.heard import collect_ruled_calls
from pytest_tavus.verdict.checks.on_call import check_on_call
from pytest_tavus.verdict.checks.on_resolve import check_on_resolve


class HeardAroundCalls:
    """The rules `on_call` and `on_resolve`, for which a turn is laid out only once."""

    def check(self, turn: TurnCase) -> CheckResult:
        """Hold the turn against what each tool that was called lets be heard, and when."""
        calls = collect_ruled_calls(turn)
        if not calls:
            return NOTHING_TO_CHECK
        called, resolved = check_on_call(calls, turn), check_on_resolve(calls, turn)
        return CheckResult((*called.findings, *resolved.findings), (*called.facts, *resolved.facts))
