"""The loop on which conversations are held, whoever waits for it, and for how long."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from collections.abc import Iterator

import pytest

from pytest_tavus.clock import RealClock
from pytest_tavus.gateway.asgi import start_asgi
from pytest_tavus.gateway.asgi_call import Message, Receive, Send
from pytest_tavus.gateway.port import CallRef, Handler
from pytest_tavus.play.loop import BackgroundLoop
from tests.gateway.asking import post

SECONDS = 10
"How long anything in these tests may take before it counts as stuck."


@pytest.fixture(params=["in the thread that waits", "in the background", "alternating"])
def loop(request: pytest.FixtureRequest) -> Iterator[BackgroundLoop]:
    held = BackgroundLoop()
    if request.param == "in the background":
        held.keep_running()
    if request.param == "alternating":
        held.alternate()
    yield held
    held.close()


async def thread() -> threading.Thread:
    await asyncio.sleep(0)
    return threading.current_thread()


async def taken_over() -> None:
    """Wait until the loop runs in the main thread, which waits for it."""
    async with asyncio.timeout(SECONDS):
        while await thread() is not threading.main_thread():
            pass


def press() -> None:
    """Press Ctrl-C, which only the main thread hears of."""
    main = threading.main_thread()
    assert main.ident is not None
    signal.pthread_kill(main.ident, signal.SIGINT)


async def interrupt() -> None:
    """Press Ctrl-C when the main thread waits for the loop, or runs it; then wait for it."""
    main = threading.main_thread()
    assert main.ident is not None
    async with asyncio.timeout(SECONDS):
        while threading.current_thread() is not main and not _waits(main.ident):  # noqa: ASYNC110 - nobody sets an event
            await asyncio.sleep(0)
    asyncio.get_running_loop().call_soon(press)
    async with asyncio.timeout(SECONDS):
        await asyncio.Event().wait()


def _waits(thread: int) -> bool:
    frames = sys._current_frames()  # pyright: ignore[reportPrivateUsage]  # documented
    return frames[thread].f_code is threading.Condition.wait.__code__


def test_an_alternating_loop_runs_in_the_thread_that_waits_for_it() -> None:
    loop = BackgroundLoop()
    loop.alternate()

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


def test_an_interrupt_is_raised_when_the_work_has_cleaned_up(loop: BackgroundLoop) -> None:
    done: list[str] = []

    async def work() -> None:
        try:
            await interrupt()
        finally:
            await asyncio.sleep(0)
            done.append("cleaned up")

    with pytest.raises(KeyboardInterrupt):
        loop.run(work())

    assert done == ["cleaned up"]


@pytest.mark.parametrize("loop", ["in the thread that waits", "alternating"], indirect=True)
def test_an_interrupt_breaks_nothing_off_in_the_middle(loop: BackgroundLoop) -> None:
    done: list[str] = []

    async def work() -> None:
        await taken_over()
        press()
        done.append("went on")
        try:
            await asyncio.Event().wait()
        finally:
            done.append("cleaned up")

    with pytest.raises(KeyboardInterrupt):
        loop.run(work())

    assert done == ["went on", "cleaned up"]


def test_a_second_interrupt_is_raised_where_work_is_stuck() -> None:
    loop = BackgroundLoop()

    async def work() -> None:
        press()
        press()
        pytest.fail("it went on")

    with pytest.raises(KeyboardInterrupt):
        loop.run(work())

    loop.close()


def test_an_interrupt_ends_the_request_that_is_under_way(loop: BackgroundLoop) -> None:
    told: list[str] = []

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            message = "there is none"
            raise LookupError(message)
        try:
            await interrupt()
        except asyncio.CancelledError:
            told.append("given up")
            raise

    async def call(handler: Handler) -> None:
        ref = CallRef(conversation_id="c1", call_id="t1", tool="find")
        await handler.send(post(), call=ref, within=60, clock=RealClock())

    async def left() -> int:
        return len(asyncio.all_tasks()) - 1

    handler = loop.run(start_asgi(app, within=SECONDS))
    before = loop.run(left())
    with pytest.raises(KeyboardInterrupt):
        loop.run(call(handler))

    assert told == ["given up"]
    assert loop.run(left()) == before
    loop.run(handler.close())


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
