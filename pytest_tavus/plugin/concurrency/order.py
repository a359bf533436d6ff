"""What runs next in this process, and which items follow each other with the same fixtures."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

import pytest

from pytest_tavus.plugin.collect import ScenarioItem
from pytest_tavus.plugin.concurrency.fixture_sets import FixtureSet, FixtureSets, Reach

T = TypeVar("T", bound=pytest.Item)


class ItemQueue:
    """All items of the session, one after the other."""

    def __init__(self, items: Sequence[pytest.Item]) -> None:
        self._items = items
        self._places = {item: place for place, item in enumerate(items)}
        self._seen = 0

    def take_new(self, item: pytest.Item, window: int) -> Iterator[pytest.Item]:
        """Yield what comes after an item, as far as `window`, and was not yielded before."""
        place = self._places[item]
        begin, end = max(self._seen, place + 1), place + 1 + window
        self._seen = max(self._seen, end)
        yield from islice(self._items, begin, end)

    def list_lost(self, items: Collection[T]) -> tuple[T, ...]:
        """Return those of the items that run elsewhere after all: none."""
        del items
        return ()


class XdistQueue:
    """What the controller of pytest-xdist has sent to this worker. It may take some back."""

    def __init__(self, items: Sequence[pytest.Item], queue: Any) -> None:
        self._items = items
        self._queue = queue
        self._seen: set[pytest.Item] = set()
        self._next: pytest.Item | None = None

    def set_next(self, nextitem: pytest.Item | None) -> None:
        """Note the item that has left the queue already."""
        self._next = nextitem

    def take_new(self, item: pytest.Item, window: int) -> Iterator[pytest.Item]:
        """Yield what comes after an item, as far as `window`, and was not yielded before."""
        self._seen.add(item)
        for one in (self._next, *self._list_waiting(window)):
            if one is not None and one not in self._seen:
                self._seen.add(one)
                yield one

    def list_lost(self, items: Collection[T]) -> tuple[T, ...]:
        """Return those of the items that another worker runs."""
        if not items:
            return ()
        here = {self._next, *self._list_waiting(None)}
        gone = tuple(one for one in items if one not in here)
        self._seen.difference_update(gone)
        return gone

    def _list_waiting(self, window: int | None) -> list[pytest.Item]:
        with self._queue.lock() as queue:
            numbers = [one for one in islice(queue, window) if isinstance(one, int)]
        return [self._items[number] for number in numbers]


def build_item_queue(session: pytest.Session) -> ItemQueue | XdistQueue:
    """Return what knows the order of this process's items."""
    if not hasattr(session.config, "workerinput"):
        return ItemQueue(session.items)
    plugins = session.config.pluginmanager.get_plugins()
    queues = (getattr(one, "torun", None) for one in plugins)
    queue = next((one for one in queues if hasattr(one, "lock")), _EmptyQueue())
    return XdistQueue(session.items, queue)


class _EmptyQueue:
    """A queue nothing is known of, such as that of pytest-xdist before 3.7: the next item is."""

    def lock(self) -> _EmptyQueue:
        return self

    def __enter__(self) -> tuple[int, ...]:
        return ()

    def __exit__(self, *_: object) -> None:
        return None


class Runs:
    """Numbers the stretches of items with the same home, and with the same file."""

    def __init__(self, fixture_sets: FixtureSets) -> None:
        self._fixture_sets = fixture_sets
        self._last: tuple[FixtureSet | None, str] = (None, "")
        self._numbers = (0, 0)
        self._numbers_by_item: dict[pytest.Item, tuple[int, int]] = {}

    def add(self, item: pytest.Item) -> None:
        """Take the next item of the order."""
        if item in self._numbers_by_item:
            return
        home = self._fixture_sets.fixture_set(item) if isinstance(item, ScenarioItem) else None
        file = str(item.path)
        same_home = home is not None and home == self._last[0]
        same_file = same_home and file == self._last[1]
        self._numbers = (self._numbers[0] + (not same_home), self._numbers[1] + (not same_file))
        self._last = (home, file)
        self._numbers_by_item[item] = self._numbers

    def reaches(self, reach: Reach, item: pytest.Item, current: pytest.Item) -> bool:
        """Tell whether what is known of the current item holds for one that comes later."""
        if reach == "run":
            return True
        which = 0 if reach == "home" else 1
        return self._numbers_by_item[item][which] == self._numbers_by_item[current][which]
