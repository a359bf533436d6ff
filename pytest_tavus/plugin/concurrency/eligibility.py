"""Why a scenario is not held ahead of its turn, from what is written in it and beside it."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_tavus.plugin.collect import ScenarioItem
from pytest_tavus.plugin.concurrency.fixture_sets import FixtureSets, ReadyFixtures

_ALONE = "alone: true"

_SEVERAL = 2
"""Scenarios of which one could have begun ahead."""

_BUSY = (
    "none of them waited; what computes, or blocks the process (time.sleep, requests), "
    "gains by pytest-xdist (-n) instead"
)
_LAST = "only the last of them waited"
_FIRST = "each was the first to set up its fixtures"
_FEW = "pytest-xdist hands out too few at a time: --dist=worksteal hands out all"


class Reasons:
    """Why all scenarios of a run were held in their own turn, if they were."""

    def __init__(self) -> None:
        self.turns = 0
        """Scenarios whose turn has come."""

        self.started_early = 0
        """Scenarios that began before their turn."""

        self.first_waited = 0
        """The first of them that waited, or may have, counted from one."""

        self._first: str | None = None

    def record(self, item: ScenarioItem, reason: str) -> None:
        """Note why a scenario could not begin ahead."""
        if self._first is None:
            self._first = f"{item.scenario.name}: {reason}"

    def describe(self, *, few: bool) -> str | None:
        """Return why nothing began ahead, as the first that could not; `None` if any did.

        `few` tells that this process knows little of what comes next.
        """
        if self.started_early or self.turns < _SEVERAL:
            return None
        if not self.first_waited:
            return _BUSY
        if self._first is None and self.first_waited == self.turns:
            return _LAST
        return self._first or (_FEW if few else _FIRST)


def find_static_reason(item: ScenarioItem, fixture_sets: FixtureSets) -> str | None:
    """Return why a scenario waits for its turn, as far as can be known before anything runs."""
    if item.scenario.alone:
        return _ALONE
    for mark in item.iter_markers():
        if mark.name in {"skip", "skipif"} or (mark.name == "xfail" and _decides(mark.kwargs)):
            return f"its mark {mark.name} decides whether it runs"
    hook = fixture_sets.find_deciding_hook(item)
    return f"{hook} of a conftest.py decides whether it runs" if hook is not None else None


def find_fixture_reason(item: ScenarioItem, ready: ReadyFixtures) -> str | None:
    """Return why a scenario runs by itself, as it says or as its fixtures have shown."""
    if item.scenario.alone:
        return _ALONE
    if ready.per_scenario is None:
        return None
    return f"the fixture {ready.per_scenario} is set up for each scenario"


def _decides(arguments: Mapping[str, object]) -> bool:
    return arguments.get("run", True) is not True
