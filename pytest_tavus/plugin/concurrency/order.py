"""The order of items in this process, and the runs of items that share their fixtures."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

import pytest

from pytest_tavus.plugin.collect import ScenarioItem
from pytest_tavus.plugin.concurrency.fixture_sets import FixtureSet, FixtureSets, Reach

T = TypeVar("T", bound=pytest.Item)


class ItemQueue:
    """All items of the session, in order."""

    def __init__(self, items: Sequence[pytest.Item]) -> None:
        self._items = items
        self._places = {item: place for place, item in enumerate(items)}
        self._seen = 0

    def take_new(self, item: pytest.Item, window: int) -> Iterator[pytest.Item]:
        """Yield the items after `item`, at most `window` of them, each one only once."""
        place = self._places[item]
        begin, end = max(self._seen, place + 1), place + 1 + window
        self._seen = max(self._seen, end)
        yield from islice(self._items, begin, end)

    def list_lost(self, items: Collection[T]) -> tuple[T, ...]:
        """Return the items that another process runs: none."""
        del items
        return ()


class XdistQueue:
    """The items that pytest-xdist has sent to this worker. It may take some back."""

    def __init__(self, items: Sequence[pytest.Item], queue: Any) -> None:
        self._items = items
        self._queue = queue
        self._seen: set[pytest.Item] = set()
        self._next: pytest.Item | None = None

    def set_next(self, nextitem: pytest.Item | None) -> None:
        """Note the next item, which has left the queue of pytest-xdist already."""
        self._next = nextitem

    def take_new(self, item: pytest.Item, window: int) -> Iterator[pytest.Item]:
        """Yield the items after `item`, at most `window` of them, each one only once."""
        self._seen.add(item)
        for upcoming in (self._next, *self._list_waiting(window)):
            if upcoming is not None and upcoming not in self._seen:
                self._seen.add(upcoming)
                yield upcoming

    def list_lost(self, items: Collection[T]) -> tuple[T, ...]:
        """Return the items that pytest-xdist has taken back for another worker."""
        if not items:
            return ()
        here = {self._next, *self._list_waiting(None)}
        gone = tuple(item for item in items if item not in here)
        self._seen.difference_update(gone)
        return gone

    def _list_waiting(self, window: int | None) -> list[pytest.Item]:
        with self._queue.lock() as queue:
            # Beside indexes of items the queue holds markers of pytest-xdist.
            numbers = [entry for entry in islice(queue, window) if isinstance(entry, int)]
        return [self._items[number] for number in numbers]


def build_item_queue(session: pytest.Session) -> ItemQueue | XdistQueue:
    """Return the order of the items of this process."""
    if not hasattr(session.config, "workerinput"):
        return ItemQueue(session.items)
    plugins = session.config.pluginmanager.get_plugins()
    queues = (getattr(plugin, "torun", None) for plugin in plugins)
    queue = next((found for found in queues if hasattr(found, "lock")), _EmptyQueue())
    return XdistQueue(session.items, queue)


class _EmptyQueue:
    """Stands for the queue of pytest-xdist before 3.7, which only tells the next item."""

    def lock(self) -> _EmptyQueue:
        return self

    def __enter__(self) -> tuple[int, ...]:
        return ()

    def __exit__(self, *_: object) -> None:
        return None


class Runs:
    """Numbers the runs of items with one fixture set, and with one file."""

    def __init__(self, fixture_sets: FixtureSets) -> None:
        self._fixture_sets = fixture_sets
        self._last: tuple[FixtureSet | None, str] = (None, "")
        self._numbers = (0, 0)
        self._numbers_by_item: dict[pytest.Item, tuple[int, int]] = {}

    def add(self, item: pytest.Item) -> None:
        """Give the next item its numbers."""
        if item in self._numbers_by_item:
            return
        found = self._fixture_sets.fixture_set(item) if isinstance(item, ScenarioItem) else None
        file = str(item.path)
        same_set = found is not None and found == self._last[0]
        same_file = same_set and file == self._last[1]
        self._numbers = (self._numbers[0] + (not same_set), self._numbers[1] + (not same_file))
        self._last = (found, file)
        self._numbers_by_item[item] = self._numbers

    def reaches(self, reach: Reach, item: pytest.Item, current: pytest.Item) -> bool:
        """Tell whether the fixtures that are set up for `current` serve a later item as well."""
        if reach == "run":
            return True
        which = 0 if reach == "set" else 1
        return self._numbers_by_item[item][which] == self._numbers_by_item[current][which]
