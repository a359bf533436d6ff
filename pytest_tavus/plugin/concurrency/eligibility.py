"""Why a scenario may not start before its turn: its keys, its marks, its fixtures."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_tavus.plugin.collect import ScenarioItem
from pytest_tavus.plugin.concurrency.fixture_sets import FixtureSets, ReadyFixtures

_ALONE = "alone: true"

_SEVERAL = 2
"""The fewest scenarios of which one can start early."""

_BUSY = (
    "none of them waited; what computes, or blocks the process (time.sleep, requests), "
    "gains by pytest-xdist (-n) instead"
)
_LAST = "only the last of them waited"
_FIRST = "each was the first to set up its fixtures"
_FEW = "pytest-xdist hands out too few at a time: --dist=worksteal hands out all"


class Reasons:
    """Collects the reasons why no scenario of a run started early."""

    def __init__(self) -> None:
        self.turns = 0
        """Scenarios that pytest has called."""

        self.started_early = 0
        """Scenarios that started before their turn."""

        self.first_waited = 0
        """The first called scenario that waited on I/O, counted from one; 0 if none did."""

        self._first: str | None = None

    def record(self, item: ScenarioItem, reason: str) -> None:
        """Keep why a scenario could not start early."""
        if self._first is None:
            self._first = f"{item.scenario.name}: {reason}"

    def describe(self, *, few: bool) -> str | None:
        """Return the first reason; `None` if a scenario started early.

        `few`: pytest-xdist has told this process only about the next few items.
        """
        if self.started_early or self.turns < _SEVERAL:
            return None
        if not self.first_waited:
            return _BUSY
        if self._first is None and self.first_waited == self.turns:
            return _LAST
        return self._first or (_FEW if few else _FIRST)


def find_static_reason(item: ScenarioItem, fixture_sets: FixtureSets) -> str | None:
    """Return why a scenario waits for its turn, from what is known before any setup."""
    if item.scenario.alone:
        return _ALONE
    for mark in item.iter_markers():
        if mark.name in {"skip", "skipif"} or (mark.name == "xfail" and _decides(mark.kwargs)):
            return f"its mark {mark.name} decides whether it runs"
    hook = fixture_sets.find_deciding_hook(item)
    return f"{hook} of a conftest.py decides whether it runs" if hook is not None else None


def find_fixture_reason(item: ScenarioItem, ready: ReadyFixtures) -> str | None:
    """Return why a scenario runs by itself, once pytest has set up its fixture set."""
    if item.scenario.alone:
        return _ALONE
    if ready.per_scenario is None:
        return None
    return f"the fixture {ready.per_scenario} is set up for each scenario"


def _decides(arguments: Mapping[str, object]) -> bool:
    return arguments.get("run", True) is not True
