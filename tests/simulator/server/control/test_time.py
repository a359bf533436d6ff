"""The server's clock: it runs or stands still, and can be advanced."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.simulator.server.control.time import STILL_EPOCH, ServerClock
from tests.simulator.server.constants import ManualClock
from tests.simulator.server.served import wait_until

pytestmark = pytest.mark.asyncio


async def note_wakeup(clock: ServerClock, seconds: float, notes: list[tuple[float, float]]) -> None:
    await clock.sleep(seconds)
    notes.append((seconds, clock.now()))


async def test_a_clock_that_stands_still_moves_only_by_hand() -> None:
    watch = ManualClock(100.0)
    clock = ServerClock("still", monotonic=watch, wall=watch)
    watch.time += 60

    assert (clock.now(), clock.epoch()) == (0, STILL_EPOCH)
    await clock.advance(5)
    assert (clock.now(), clock.epoch()) == (5, STILL_EPOCH + 5)


async def test_a_running_clock_adds_real_time_and_advances() -> None:
    watch = ManualClock(100.0)
    clock = ServerClock("real", monotonic=watch, wall=lambda: 1000.0)
    watch.time += 60
    await clock.advance(5)

    assert (clock.now(), clock.epoch()) == (65, 1065)


async def test_a_restart_turns_back_the_epoch_but_not_the_monotonic_epoch() -> None:
    watch = ManualClock(100.0)
    clock = ServerClock("real", monotonic=watch, wall=lambda: watch.time + 900)
    await clock.advance(3600)
    watch.time += 60
    before = clock.monotonic_epoch()

    clock.restart()

    assert clock.epoch() == 1060
    assert clock.monotonic_epoch() == before == 1000 + 3600 + 60
    watch.time += 5
    assert clock.monotonic_epoch() == before + 5


@given(waits=st.lists(st.integers(1, 50), min_size=1, max_size=6), step=st.integers(1, 60))
async def test_each_wait_ends_at_its_own_moment_and_in_order(waits: list[int], step: int) -> None:
    clock = ServerClock("still")
    notes: list[tuple[float, float]] = []
    tasks = [asyncio.create_task(note_wakeup(clock, wait, notes)) for wait in waits]

    await clock.advance(step)
    assert [wait for wait, _ in notes] == sorted(wait for wait in waits if wait <= step)
    await clock.advance(50)
    await asyncio.gather(*tasks)

    assert notes == [(wait, wait) for wait in sorted(waits)]
    assert clock.waiting == 0


async def test_an_advance_ends_waits_that_begin_during_it() -> None:
    clock = ServerClock("still")
    moments: list[float] = []

    async def beats() -> None:
        for _ in range(3):
            await clock.sleep(10)
            moments.append(clock.now())

    beating = asyncio.create_task(beats())
    await clock.advance(35)
    await beating

    assert moments == [10, 20, 30]
    assert clock.now() == 35


async def test_an_advance_shortens_a_real_wait() -> None:
    clock = ServerClock("real")
    waiting = asyncio.create_task(clock.sleep(3600.02))
    await wait_until(lambda: clock.waiting == 1)
    await clock.advance(3600)
    async with asyncio.timeout(10):
        await waiting


async def test_a_wait_of_zero_ends_at_once() -> None:
    clock = ServerClock("still")
    async with asyncio.timeout(10):
        await clock.sleep(0)

    assert clock.waiting == 0


async def test_a_cancelled_wait_is_forgotten() -> None:
    clock = ServerClock("still")
    waiting = asyncio.create_task(clock.sleep(5))
    await wait_until(lambda: clock.waiting == 1)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    assert clock.waiting == 0


@pytest.mark.parametrize("kind", ["real", "still"])
async def test_a_restart_begins_at_zero(kind: str) -> None:
    watch = ManualClock(100.0)
    clock = ServerClock("still" if kind == "still" else "real", monotonic=watch, wall=watch)
    await clock.advance(50)
    watch.time += 50
    clock.restart()

    assert clock.now() == 0
    assert clock.epoch() == (STILL_EPOCH if kind == "still" else watch.time)
