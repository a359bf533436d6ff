"""What is heard around the calls of a turn, held against their tools. Always checked."""

from __future__ import annotations

from pytest_tavus.verdict.checks.case import NOTHING_TO_CHECK, Checked, TurnCase
from pytest_tavus.verdict.checks.heard import ruled_calls
from pytest_tavus.verdict.checks.on_call import on_call
from pytest_tavus.verdict.checks.on_resolve import on_resolve


class HeardAroundCalls:
    """The rules `on_call` and `on_resolve`, for which a turn is laid out only once."""

    def check(self, turn: TurnCase) -> Checked:
        """Hold the turn against what each tool that was called lets be heard, and when."""
        calls = ruled_calls(turn)
        if not calls:
            return NOTHING_TO_CHECK
        called, resolved = on_call(calls, turn), on_resolve(calls, turn)
        return Checked((*called.findings, *resolved.findings), (*called.facts, *resolved.facts))
