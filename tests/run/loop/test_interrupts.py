"""A Ctrl-C is kept until the loop has been left; a second one is not."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from pytest_tavus.run.loop.here import Interrupts


def test_the_first_one_is_raised_when_the_block_has_been_left() -> None:
    done: list[str] = []

    def block() -> None:
        with Interrupts(lambda: done.append("told to leave")):
            signal.raise_signal(signal.SIGINT)
            done.append("went on")

    with pytest.raises(KeyboardInterrupt):
        block()

    assert done == ["told to leave", "went on"]


def test_the_second_one_is_raised_at_once() -> None:
    told: list[str] = []

    def block() -> None:
        with Interrupts(lambda: told.append("to leave")):
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
            pytest.fail("it went on")

    with pytest.raises(KeyboardInterrupt):
        block()

    assert told == ["to leave"]


def test_without_one_nothing_is_raised_and_nothing_is_changed() -> None:
    with Interrupts(pytest.fail) as kept:
        pass

    assert not kept.interrupted
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_it_is_raised_instead_of_what_came_of_leaving() -> None:
    def interrupted() -> None:
        signal.raise_signal(signal.SIGINT)
        message = "cancelled"
        raise LookupError(message)

    with pytest.raises(KeyboardInterrupt) as raised, Interrupts(int):
        interrupted()

    assert isinstance(raised.value.__context__, LookupError)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_handler_of_somebody_else_is_left_alone() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    try:
        with Interrupts(pytest.fail) as kept:
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)

    assert heard == [signal.SIGINT]
    assert not kept.interrupted


def test_a_handler_that_is_put_in_place_meanwhile_stays() -> None:
    with Interrupts(pytest.fail):
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    assert signal.signal(signal.SIGINT, signal.default_int_handler) is signal.SIG_IGN


def test_in_another_thread_it_keeps_nothing() -> None:
    def inside() -> bool:
        with Interrupts(pytest.fail):
            return signal.getsignal(signal.SIGINT) is signal.default_int_handler

    with ThreadPoolExecutor() as pool:
        assert pool.submit(inside).result()
