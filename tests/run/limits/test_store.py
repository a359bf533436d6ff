"""A ledger that several processes share, and that survives the death of any of them."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_tavus.run.limits.ledger import (
    Admission,
    Allowance,
    Permit,
    RetryLater,
    slow_down,
    try_admit,
)
from pytest_tavus.run.limits.store import SharedStore

SECONDS = 30

DIES = """
import os, sys
from pathlib import Path
from pytest_tavus.run.limits.ledger import Allowance, Admission, try_admit
from pytest_tavus.run.limits.store import SharedStore

store = SharedStore(Path(sys.argv[1]), worker="gw9", now=0.0)
with store.open() as ledger:
    for token in "abc":
        try_admit(ledger, Allowance(), Admission(token=token, worker="gw9", seconds=60.0), now=0.0)
os._exit(1)
"""

COUNTS = """
import sys
from pathlib import Path
from pytest_tavus.run.limits.store import SharedStore

store = SharedStore(Path(sys.argv[1]), worker=sys.argv[2], now=0.0)
for _ in range(100):
    with store.open() as ledger:
        ledger.started += 1
"""


@pytest.fixture
def first(tmp_path: Path) -> SharedStore:
    return SharedStore(tmp_path, worker="gw0", now=5.0)


def test_a_change_of_one_process_is_visible_to_another(first: SharedStore, tmp_path: Path) -> None:
    second = SharedStore(tmp_path, worker="gw1", now=9.0)
    with first.open() as ledger:
        try_admit(ledger, Allowance(), Admission(token="a", worker="gw0", seconds=60.0), now=0.0)

    with second.open() as ledger:
        assert (ledger.began, ledger.started, list(ledger.active)) == (5.0, 1, ["a"])


def test_the_share_of_a_dead_process_is_returned(first: SharedStore, tmp_path: Path) -> None:
    run = subprocess.run([sys.executable, "-c", DIES, str(tmp_path)], timeout=SECONDS, check=False)
    assert run.returncode == 1

    with first.open() as ledger:
        assert (ledger.active, ledger.started, ledger.spent) == ({}, 3, 180.0)


def test_the_share_of_a_living_process_stays(first: SharedStore, tmp_path: Path) -> None:
    second, allowance = SharedStore(tmp_path, worker="gw1", now=0.0), Allowance(in_flight=1)
    mine = Admission(token="a", worker="gw0", seconds=60.0)
    with first.open() as ledger:
        assert isinstance(try_admit(ledger, allowance, mine, now=0.0), Permit)

    theirs = Admission(token="b", worker="gw1", seconds=60.0)
    with second.open() as ledger:
        assert isinstance(try_admit(ledger, allowance, theirs, now=0.0), RetryLater)
    first.close()
    first.close()
    with second.open() as ledger:
        assert isinstance(try_admit(ledger, allowance, theirs, now=0.0), Permit)


def test_without_limits_each_process_keeps_its_own_ledger(
    first: SharedStore, tmp_path: Path
) -> None:
    second = SharedStore(tmp_path, worker="gw1", now=0.0)
    second.shares_ledger = False
    with second.open() as ledger:
        try_admit(ledger, Allowance(), Admission(token="a", worker="gw1", seconds=60.0), now=0.0)
        slow_down(ledger, "429", now=0.0)
    with first.open() as ledger:
        assert (ledger.started, ledger.refusals) == (0, 0)

    second.merge_local_ledger()

    with first.open() as ledger:
        assert (ledger.refusals, ledger.lowest, ledger.last_refusal) == (1, 1, "429")


def test_without_locks_in_the_run_no_file_is_held(first: SharedStore, tmp_path: Path) -> None:
    first.uses_locks = False

    async def main() -> None:
        async with first.lock(["orders"], alone=True):
            held.extend(os.listdir(tmp_path))

    held: list[str] = []
    asyncio.run(main())

    assert held
    assert [name for name in held if name.startswith("lock-")] == []


def test_no_change_is_lost_between_processes(first: SharedStore, tmp_path: Path) -> None:
    counting = [
        subprocess.Popen([sys.executable, "-c", COUNTS, str(tmp_path), f"gw{number}"])
        for number in range(1, 4)
    ]
    for process in counting:
        assert process.wait(SECONDS) == 0

    with first.open() as ledger:
        assert ledger.started == 300


def test_a_lock_is_held_by_one_process_at_a_time(first: SharedStore, tmp_path: Path) -> None:
    second = SharedStore(tmp_path, worker="gw1", now=0.0)
    order: list[str] = []

    async def hold(store: SharedStore, name: str, lock: str, left: asyncio.Event) -> None:
        async with store.lock([lock], alone=False):
            order.append(name)
            await left.wait()
            order.append(name)

    async def main() -> None:
        async with asyncio.timeout(SECONDS), asyncio.TaskGroup() as group:
            leave = asyncio.Event()
            group.create_task(hold(first, "first", "orders", leave))
            await _until(lambda: order == ["first"])
            group.create_task(hold(second, "second", "orders", leave))
            group.create_task(hold(second, "other", "mail", leave))
            await _until(lambda: order == ["first", "other"])
            leave.set()

    asyncio.run(main())

    assert order.index("second") > order.index("first", 1)


def test_a_process_that_must_be_alone_waits_for_all_and_excludes_all(
    first: SharedStore, tmp_path: Path
) -> None:
    second = SharedStore(tmp_path, worker="gw1", now=0.0)
    order: list[str] = []

    async def hold(store: SharedStore, name: str, leave: asyncio.Event) -> None:
        async with store.lock([], alone=name == "alone"):
            order.append(f"{name} in")
            await leave.wait()
            order.append(f"{name} out")

    async def main() -> None:
        async with asyncio.timeout(SECONDS), asyncio.TaskGroup() as group:
            leave = asyncio.Event()
            group.create_task(hold(first, "one", leave))
            await _until(lambda: order == ["one in"])
            group.create_task(hold(second, "alone", leave))
            await asyncio.sleep(0)
            group.create_task(hold(first, "two", leave))
            leave.set()

    asyncio.run(main())

    assert order == ["one in", "one out", "alone in", "alone out", "two in", "two out"]


async def _until(holds: object) -> None:
    assert callable(holds)
    while not holds():  # noqa: ASYNC110 - what is waited for sets no event
        await asyncio.sleep(0.001)
