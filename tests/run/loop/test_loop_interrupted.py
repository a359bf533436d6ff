"""A Ctrl-C while the loop runs, in whichever thread that is."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading

import pytest

from pytest_tavus.clock import RealClock
from pytest_tavus.handler.asgi.call import Message, Receive, Send
from pytest_tavus.handler.asgi.handler import start_asgi
from pytest_tavus.handler.call.port import CallRef, Handler
from pytest_tavus.run.loop.loop import BackgroundLoop
from tests.handler.requests import post
from tests.run.loop.conftest import SECONDS, cleaned_up, taken_over


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


@pytest.mark.parametrize(
    "loop", ["in the thread that waits", "about to alternate", "alternating"], indirect=True
)
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


WORK_HERE = pytest.mark.parametrize(
    "loop", ["in the thread that waits", "about to alternate"], indirect=True
)


@WORK_HERE
def test_work_cleans_up_after_a_second_interrupt_too(loop: BackgroundLoop) -> None:
    done: list[str] = []

    async def work() -> None:
        asyncio.get_running_loop().call_soon(press)
        asyncio.get_running_loop().call_soon(press)
        await cleaned_up(done)

    with pytest.raises(KeyboardInterrupt):
        loop.run(work())

    assert done == ["cleaned up"]


@WORK_HERE
def test_what_others_raise_through_the_loop_is_raised_when_work_has_cleaned_up(
    loop: BackgroundLoop,
) -> None:
    done: list[str] = []

    def leave() -> None:
        raise SystemExit(3)

    async def work() -> None:
        asyncio.get_running_loop().call_soon(leave)
        await cleaned_up(done)

    with pytest.raises(SystemExit):
        loop.run(work())
    assert done == ["cleaned up"]

    with pytest.raises(SystemExit):
        loop.run_until_idle(work())
    assert done == ["cleaned up"] * 2


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
