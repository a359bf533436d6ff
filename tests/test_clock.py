"""Time as an argument."""

from __future__ import annotations

import asyncio

import pytest

from pytest_tavus.clock import AdjustableClock, Clock, ManualClock, RealClock, SkippingClock

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("clock", [RealClock(), SkippingClock(), ManualClock(), AdjustableClock()])
async def test_a_clock_never_goes_back(clock: Clock) -> None:
    before = clock.now()
    await clock.sleep(0.0)
    assert clock.now() >= before


async def test_a_manual_clock_moves_only_when_told_to() -> None:
    clock = ManualClock()
    assert (clock.now(), clock.now()) == (0.0, 0.0)
    await clock.sleep(2.5)
    assert clock.now() == 2.5


async def test_a_manual_clock_can_step_with_every_look() -> None:
    clock = ManualClock(step=0.5)
    assert (clock.now(), clock.now(), clock.now()) == (0.0, 0.5, 1.0)


async def test_a_skipping_clock_counts_what_it_does_not_wait_for() -> None:
    clock = SkippingClock()
    async with asyncio.timeout(5):
        await clock.sleep(3600)
    assert clock.now() >= 3600


async def test_delays_side_by_side_end_in_their_order_and_are_counted_once() -> None:
    clock = SkippingClock()
    ended: list[float] = []

    async def wait(seconds: float) -> None:
        await clock.sleep(seconds)
        ended.append(seconds)

    async with asyncio.timeout(5):
        await asyncio.gather(wait(300), wait(100), wait(200))
    assert ended == [100, 200, 300]
    assert 300 <= clock.now() < 400


async def slept(clock: Clock, seconds: float, log: list[tuple[float, float]]) -> None:
    """Sleep, and note for how long and what time it was then."""
    await clock.sleep(seconds)
    log.append((seconds, clock.now()))


async def test_an_adjustable_clock_that_stands_still_moves_only_when_it_is_put_forward() -> None:
    clock = AdjustableClock(running=False)
    assert clock.now() == 0.0
    await clock.advance(2.5)
    assert clock.now() == 2.5


async def test_an_adjustable_clock_wakes_its_sleepers_in_order_and_at_their_time() -> None:
    clock = AdjustableClock(running=False)
    log: list[tuple[float, float]] = []
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        for seconds in (3.0, 1.0, 2.0, 9.0):
            group.create_task(slept(clock, seconds, log))
        await clock.advance(3.0)
        assert log == [(1.0, 1.0), (2.0, 2.0), (3.0, 3.0)]
        await clock.advance(6.0)
    assert log[-1] == (9.0, 9.0)


async def test_a_task_that_sleeps_again_is_woken_again_by_the_same_advance() -> None:
    clock = AdjustableClock(running=False)
    times: list[float] = []

    async def every_second() -> None:
        while True:
            await clock.sleep(1)
            times.append(clock.now())

    task = asyncio.create_task(every_second())
    async with asyncio.timeout(5):
        await clock.advance(3.5)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert times == [1.0, 2.0, 3.0]


async def test_an_adjustable_clock_that_runs_wakes_by_itself_or_earlier_when_put_forward() -> None:
    clock = AdjustableClock()
    async with asyncio.timeout(5):
        await clock.sleep(0.001)
        log: list[tuple[float, float]] = []
        sleeper = asyncio.create_task(slept(clock, 3600, log))
        await clock.advance(3600)
        await sleeper
    assert log[0][1] >= 3600


async def test_cancelled_sleepers_are_removed() -> None:
    clock = AdjustableClock(running=False)
    log: list[tuple[float, float]] = []
    tasks = [asyncio.create_task(slept(clock, 10 + number, log)) for number in range(200)]
    await clock.advance(0)
    for task in tasks[1:]:
        task.cancel()
    await asyncio.gather(*tasks[1:], return_exceptions=True)
    assert clock.waiting == 1
    async with asyncio.timeout(5):
        await clock.advance(1000)
        await tasks[0]
    assert log == [(10, 10.0)]
    assert clock.waiting == 0


async def test_wake_all_ends_every_wait() -> None:
    clock = AdjustableClock(running=False)
    log: list[tuple[float, float]] = []
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        for seconds in (3.0, 1.0):
            group.create_task(slept(clock, seconds, log))
        await clock.advance(0.5)
        clock.wake_all()
    assert sorted(log) == [(1.0, 0.5), (3.0, 0.5)]
    assert clock.waiting == 0


async def test_time_does_not_go_back() -> None:
    clock = AdjustableClock()
    with pytest.raises(ValueError, match="time does not go back: -1 s"):
        await clock.advance(-1)
