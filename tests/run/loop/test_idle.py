"""Work that is run until it ends, or until there is nothing to do but wait."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import selectors
import signal
import socket
import threading
from collections.abc import Generator, Iterator
from unittest.mock import Mock

import pytest

from pytest_tavus.run.loop.here import IdleSelector, new_loop, run_here
from pytest_tavus.run.loop.loop import BackgroundLoop
from tests.run.loop.conftest import SECONDS, cleaned_up, thread


@pytest.fixture
def alternating() -> Iterator[BackgroundLoop]:
    loop = BackgroundLoop()
    loop.alternate()
    yield loop
    loop.close()


class OtherLoop(asyncio.SelectorEventLoop):
    """A loop of a kind that somebody else has asked for."""


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asyncio.new_event_loop", OtherLoop)


def test_work_that_waits_for_nothing_is_run_to_its_end(alternating: BackgroundLoop) -> None:
    task = alternating.run_until_idle(thread())

    assert task.result() is threading.current_thread()


def test_work_that_waits_is_left_as_it_is(alternating: BackgroundLoop) -> None:
    said: list[str] = []
    going_on = asyncio.Event()

    async def work() -> str:
        said.append("begins")
        await going_on.wait()
        return "ended"

    task = alternating.run_until_idle(work())
    assert said == ["begins"]
    assert not task.done()

    alternating.call(going_on.set)
    assert alternating.run(asyncio.wait_for(task, SECONDS)) == "ended"


def test_nobody_keeps_a_loop_that_is_run_until_it_is_idle(alternating: BackgroundLoop) -> None:
    before = threading.active_count()

    alternating.run_until_idle(thread())

    assert threading.active_count() == before


def test_what_work_raises_is_in_its_task(alternating: BackgroundLoop) -> None:
    async def work() -> None:
        message = "no"
        raise LookupError(message)

    task = alternating.run_until_idle(work())

    with pytest.raises(LookupError, match="no"):
        task.result()


def test_work_is_idle_though_others_wait_as_well(alternating: BackgroundLoop) -> None:
    waiting = [alternating.run_until_idle(asyncio.sleep(3600)) for _ in range(2)]

    assert not any(task.done() for task in waiting)


def test_an_interrupt_lets_work_clean_up_that_then_waits(alternating: BackgroundLoop) -> None:
    said: list[str] = []

    async def work() -> None:
        signal.raise_signal(signal.SIGINT)
        await cleaned_up(said)

    with pytest.raises(KeyboardInterrupt):
        alternating.run_until_idle(work())

    assert said == ["cleaned up"]


def test_what_work_raises_when_it_is_interrupted_is_not_told_of(
    alternating: BackgroundLoop, caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> None:
        signal.raise_signal(signal.SIGINT)
        try:
            await asyncio.Event().wait()
        finally:
            message = "it cannot clean up"
            raise LookupError(message)

    with pytest.raises(KeyboardInterrupt):
        alternating.run_until_idle(work())
    gc.collect()

    assert not caplog.records


def test_a_loop_in_the_background_does_not_tell() -> None:
    loop = BackgroundLoop()
    loop.keep_running()
    loop.alternate()

    assert not loop.can_run_until_idle
    loop.close()


@pytest.mark.asyncio
async def test_where_another_loop_is_running_it_does_not_tell(alternating: BackgroundLoop) -> None:
    assert not alternating.can_run_until_idle


@pytest.mark.usefixtures("other")
def test_a_loop_that_somebody_else_has_chosen_is_taken_and_does_not_tell() -> None:
    loop, selector = new_loop()
    assert type(loop) is OtherLoop
    assert selector is None
    loop.close()

    held = BackgroundLoop()
    held.alternate()
    assert not held.can_run_until_idle
    held.close()


def test_a_selector_tells_once_and_only_before_it_would_wait() -> None:
    selector, tell = IdleSelector(), Mock()
    selector.on_idle = tell

    assert selector.select(0) == []
    assert not tell.called
    assert selector.select(SECONDS) == []
    tell.assert_called_once_with()

    selector.select(0.001)
    tell.assert_called_once_with()
    selector.close()


def test_a_selector_does_not_tell_where_there_is_something_to_read() -> None:
    selector, tell = IdleSelector(), Mock()
    selector.on_idle = tell
    read, write = socket.socketpair()
    selector.register(read, selectors.EVENT_READ)

    write.send(b"x")

    assert [key.fileobj for key, _ in selector.select(SECONDS)] == [read]
    assert not tell.called
    read.close()
    write.close()
    selector.close()


def test_an_interrupt_on_the_way_to_the_loop_breaks_nothing_off() -> None:
    seen: list[str] = []

    @contextlib.contextmanager
    def turn() -> Generator[None]:
        seen.append("waited for")
        signal.raise_signal(signal.SIGINT)
        seen.append("taken")
        yield
        seen.append("given back")

    loop, selector = new_loop()
    work = asyncio.sleep(3600)
    with pytest.raises(KeyboardInterrupt):
        run_here(loop, work, closing=SECONDS, selector=selector, turn=turn())

    assert seen == ["waited for", "taken", "given back"]
    assert not asyncio.all_tasks(loop)
    loop.close()
