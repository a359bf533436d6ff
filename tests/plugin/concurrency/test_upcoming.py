"""What is known of the items that a worker of pytest-xdist has been sent."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_tavus.plugin.concurrency.order import XdistQueue, build_item_queue

ITEMS: list[Any] = ["first", "second", "third", "fourth"]


class Queue:
    """The queue of a worker, as pytest-xdist has it since 3.7."""

    @contextmanager
    def lock(self) -> Generator[deque[int]]:
        yield deque([2, 3])


def sent(*plugins: object) -> XdistQueue:
    """Return what a worker with these plugins knows, its first item begun."""
    manager = SimpleNamespace(get_plugins=lambda: plugins)
    config = SimpleNamespace(workerinput={}, pluginmanager=manager)
    session: Any = SimpleNamespace(config=config, items=ITEMS)
    found = build_item_queue(session)
    assert isinstance(found, XdistQueue)
    found.set_next(ITEMS[1])
    return found


def test_a_worker_knows_what_it_has_been_sent() -> None:
    worker = SimpleNamespace(torun=Queue())
    assert list(sent(object(), worker).take_new(ITEMS[0], 10)) == ITEMS[1:]


@pytest.mark.parametrize("plugin", [SimpleNamespace(torun=SimpleNamespace()), object()])
def test_of_a_queue_that_cannot_be_read_only_the_next_item_is_known(plugin: object) -> None:
    assert list(sent(plugin).take_new(ITEMS[0], 10)) == ITEMS[1:2]
