"""Time as an argument."""

from __future__ import annotations

import asyncio

import pytest

from pytest_tavus.clock import Clock, ManualClock, RealClock, SkippingClock

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("clock", [RealClock(), SkippingClock(), ManualClock()])
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
