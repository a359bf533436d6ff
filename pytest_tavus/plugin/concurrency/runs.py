"""Which items follow each other in the order of a run without another kind in between."""

from __future__ import annotations

import pytest

from pytest_tavus.plugin.collect import ScenarioItem
from pytest_tavus.plugin.concurrency.fixture_sets import FixtureSet, FixtureSets, Reach


class Runs:
    """Numbers the stretches of items with the same home, and with the same file."""

    def __init__(self, homes: FixtureSets) -> None:
        self._homes = homes
        self._last: tuple[FixtureSet | None, str] = (None, "")
        self._numbers = (0, 0)
        self._of: dict[pytest.Item, tuple[int, int]] = {}

    def add(self, item: pytest.Item) -> None:
        """Take the next item of the order."""
        if item in self._of:
            return
        home = self._homes.home(item) if isinstance(item, ScenarioItem) else None
        file = str(item.path)
        same_home = home is not None and home == self._last[0]
        same_file = same_home and file == self._last[1]
        self._numbers = (self._numbers[0] + (not same_home), self._numbers[1] + (not same_file))
        self._last = (home, file)
        self._of[item] = self._numbers

    def reaches(self, reach: Reach, item: pytest.Item, current: pytest.Item) -> bool:
        """Tell whether what is known of the current item holds for one that comes later."""
        if reach == "run":
            return True
        which = 0 if reach == "home" else 1
        return self._of[item][which] == self._of[current][which]
