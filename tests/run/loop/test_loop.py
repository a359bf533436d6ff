"""The loop on which conversations are held, whoever waits for it, and for how long."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading

import pytest

from pytest_tavus.run.loop.loop import BackgroundLoop
from tests.run.loop.conftest import SECONDS, taken_over, thread


def test_an_alternating_loop_runs_in_the_thread_that_waits_for_it() -> None:
    loop = BackgroundLoop()
    loop.alternate()
    loop.keep_running()

    loop.run(taken_over())
    loop.close()


def test_an_alternating_loop_goes_on_while_nobody_waits() -> None:
    loop = BackgroundLoop()
    loop.alternate()
    seen: list[threading.Thread] = []
    done = threading.Event()

    async def work() -> None:
        seen.append(await thread())
        done.set()

    future = loop.submit(work())

    assert done.wait(SECONDS)
    assert loop.wait(future, SECONDS)
    assert seen[0] is not threading.current_thread()
    loop.close()


def test_an_alternating_loop_is_taken_over_again_and_again() -> None:
    loop = BackgroundLoop()
    loop.alternate()
    kept = threading.Event()

    async def tick() -> None:
        while True:
            if await thread() is not threading.main_thread():
                kept.set()

    ticking = loop.submit(tick())
    for _ in range(20):
        loop.run(taken_over())
        kept.clear()
        assert kept.wait(SECONDS)
    ticking.cancel()
    loop.close()


@pytest.mark.parametrize("long_ago", [True, False])
def test_where_all_is_done_that_is_waited_for_the_rest_goes_on_now_and_then(
    monkeypatch: pytest.MonkeyPatch, *, long_ago: bool
) -> None:
    monkeypatch.setattr("pytest_tavus.run.loop.loop.LULL_SECONDS", 3600)
    loop = BackgroundLoop()
    loop.alternate()
    loop.keep_running()  # its keeper sleeps for an hour
    loop.run(thread())
    done: concurrent.futures.Future[None] = concurrent.futures.Future()
    done.set_result(None)

    rest = loop.submit(thread())
    if long_ago:
        monkeypatch.setattr("pytest_tavus.run.loop.loop.LULL_SECONDS", 0)
    for _ in range(20):
        assert loop.wait(done)

    assert rest.done() is long_ago
    assert not long_ago or rest.result() is threading.current_thread()
    loop.close()


def test_waiting_for_what_does_not_end_ends_with_its_time() -> None:
    loop = BackgroundLoop()
    loop.alternate()

    future = loop.submit(asyncio.sleep(3600))

    assert not loop.wait(future, 0.01)
    future.cancel()
    loop.close()


def test_work_runs_in_the_thread_that_waits_for_it() -> None:
    loop = BackgroundLoop()
    assert loop.run(thread()) is threading.current_thread()
    loop.close()


def test_work_that_is_not_waited_for_moves_the_loop_for_good() -> None:
    loop = BackgroundLoop()
    elsewhere = loop.submit(thread()).result(SECONDS)
    assert elsewhere is not threading.current_thread()
    assert loop.run(thread()) is elsewhere
    loop.close()


@pytest.mark.asyncio
async def test_work_waited_for_in_an_async_test_runs_on_a_loop_of_its_own() -> None:
    loop = BackgroundLoop()
    assert loop.run(thread()) is not threading.current_thread()
    loop.close()


def test_a_loop_in_the_background_goes_on_between_two_waits() -> None:
    loop = BackgroundLoop()
    loop.keep_running()
    went_on = threading.Event()

    async def begin() -> asyncio.Task[None]:
        async def later() -> None:
            await asyncio.sleep(0)
            went_on.set()

        return asyncio.create_task(later())

    task = loop.run(begin())
    assert went_on.wait(SECONDS)
    assert task is not None
    loop.close()


def test_what_work_raises_is_raised(loop: BackgroundLoop) -> None:
    async def work() -> None:
        message = "no"
        raise LookupError(message)

    with pytest.raises(LookupError, match="no"):
        loop.run(work())


def test_closing_cancels_what_still_runs(loop: BackgroundLoop) -> None:
    told: list[str] = []

    async def begin() -> asyncio.Task[None]:
        async def forever() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                told.append("cancelled")

        task = asyncio.create_task(forever())
        await asyncio.sleep(0)
        return task

    task = loop.run(begin())
    loop.close()

    assert told == ["cancelled"]
    assert task.cancelled()


def test_closing_twice_is_closing_once(loop: BackgroundLoop) -> None:
    loop.close()
    loop.close()

    assert loop.closed
