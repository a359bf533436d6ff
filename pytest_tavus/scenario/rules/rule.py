"""What a rule over a whole scenario gets to see, and how it walks through one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from pytest_tavus.contract.annotations import Complain
from pytest_tavus.contract.tool.sent import Carries
from pytest_tavus.scenario.text.limits import carries_all
from pytest_tavus.scenario.values.model import CallExpectation, CallGroup, Scenario, Turn
from pytest_tavus.spans import Loc


class RuleContext(Struct, frozen=True):
    """A scenario to be held to a rule."""

    scenario: Scenario
    at: Mapping[str, Loc]
    "Where each part that a file may say for all its scenarios stands."

    complain: Complain
    carries: Carries = carries_all

    def place(self, key: str) -> Loc:
        """Return where the value of a common key stands."""
        return self.at.get(key, self.scenario.at)


class Rule(Protocol):
    """Looks at a scenario and complains."""

    def __call__(self, ruled: RuleContext) -> None:
        """Note what is wrong."""
        ...


def list_expected_calls(group: CallGroup | None) -> list[CallExpectation]:
    """Return the expected calls of a group, those of groups inside included."""
    found: list[CallExpectation] = []
    for member in group.members if group is not None else ():
        if isinstance(member, CallGroup):
            found += list_expected_calls(member)
        else:
            found.append(member)
    return found


def asks_for_calls(turn: Turn) -> bool:
    """Tell whether a script makes a call in this turn, or the turn cannot pass without one."""
    if turn.plays is not None and turn.plays.calls:
        return True
    return any(call.times.minimum for call in list_expected_calls(turn.calls))


def makes_calls(turn: Turn) -> bool:
    """Tell whether the simulated PAL makes any call in a turn."""
    if turn.plays is not None and turn.plays.calls is not None:
        return bool(turn.plays.calls)
    return turn.calls is not None and bool(turn.calls.members)
