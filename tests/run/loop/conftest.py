"""A loop in each of the ways in which it is run."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from pytest_tavus.run.loop.loop import BackgroundLoop

SECONDS = 10
"How long anything in these tests may take before it counts as stuck."


async def thread() -> threading.Thread:
    await asyncio.sleep(0)
    return threading.current_thread()


async def taken_over() -> None:
    """Wait until the loop runs in the main thread, which waits for it."""
    async with asyncio.timeout(SECONDS):
        while await thread() is not threading.main_thread():
            pass


async def cleaned_up(done: list[str]) -> None:
    """Wait for ever. When cancelled, say so, but only after another wait."""
    try:
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(0.001)
        done.append("cleaned up")


WAYS = ["in the thread that waits", "in the background", "about to alternate", "alternating"]


@pytest.fixture(params=WAYS)
def loop(request: pytest.FixtureRequest) -> Iterator[BackgroundLoop]:
    held = BackgroundLoop()
    if request.param == "in the background":
        held.keep_running()
    if request.param.endswith("alternate"):
        held.alternate()
    if request.param == "alternating":
        held.alternate()
        held.keep_running()
    yield held
    held.close()
