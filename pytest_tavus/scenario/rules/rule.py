"""The input of a rule over a whole scenario, and walks over the calls of a scenario."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from pytest_tavus.contract.annotations import Complain
from pytest_tavus.contract.tool.sent import Carries
from pytest_tavus.scenario.text.limits import carries_all
from pytest_tavus.scenario.values.model import CallExpectation, CallGroup, Scenario, Turn
from pytest_tavus.spans import Loc


class RuleContext(Struct, frozen=True):
    """A scenario and the way to report its problems."""

    scenario: Scenario
    at: Mapping[str, Loc]
    "The paths of the keys that a file may have once for all its scenarios."

    complain: Complain
    carries: Carries = carries_all

    def place(self, key: str) -> Loc:
        """Return the path of a key, which may belong to the file and not to the scenario."""
        return self.at.get(key, self.scenario.at)


Rule = Callable[[RuleContext], None]


def list_expected_calls(group: CallGroup | None) -> list[CallExpectation]:
    """Return the expected calls of a group and of the groups inside, in the order of the file."""
    found: list[CallExpectation] = []
    for member in group.members if group is not None else ():
        if isinstance(member, CallGroup):
            found += list_expected_calls(member)
        else:
            found.append(member)
    return found


def asks_for_calls(turn: Turn) -> bool:
    """Tell whether a script makes a call in this turn, or the turn cannot pass without a call."""
    if turn.plays is not None and turn.plays.calls:
        return True
    return any(call.times.minimum for call in list_expected_calls(turn.calls))


def makes_calls(turn: Turn) -> bool:
    """Tell whether the simulated PAL makes any call in a turn."""
    if turn.plays is not None and turn.plays.calls is not None:
        return bool(turn.plays.calls)
    return turn.calls is not None and bool(turn.calls.members)
