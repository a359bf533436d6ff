"""The gate that every conversation passes: limits, locks of other processes, and back-pressure."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncGenerator, Callable, Sequence

from msgspec import Struct

from pytest_tavus.clock import Clock
from pytest_tavus.errors import LimitError
from pytest_tavus.run.limits.ledger import (
    Admission,
    Allowance,
    Grant,
    Ledger,
    RetryLater,
    give_back,
    slow_down,
    try_admit,
)
from pytest_tavus.run.limits.store import Store

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""Seconds between one refusal of the service and the next attempt; each pause is twice the last."""

ATTEMPTS = 8
"""How often a conversation is tried to be opened before the service's refusal is its end."""


class Needs(Struct, frozen=True, kw_only=True):
    """What a scenario needs to be held."""

    seconds: float
    locks: Sequence[str] = ()
    alone: bool = False


class Gate:
    """Lets conversations be opened. One for each process; used on the loop alone."""

    def __init__(
        self, limits: Allowance, store: Store, *, clock: Clock, now: Callable[[], float]
    ) -> None:
        self._limits = limits
        self._store = store
        self._clock = clock
        self._now = now
        self._tokens = itertools.count(1)
        self._admission_lock = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def enter(self, needs: Needs) -> AsyncGenerator[Grant]:
        """Wait until a conversation may be opened; give back what it holds when it is over.

        Raises:
            NotRunError: the run has nothing left for it.

        """
        async with self._store.lock(needs.locks, alone=needs.alone):
            worker = self._store.worker
            token = f"{worker}-{next(self._tokens)}"
            wanted = Admission(token=token, worker=worker, seconds=needs.seconds)
            async with (
                self._admission_lock
            ):  # who came first asks; nobody who came later is quicker
                granted = await self._wait_for_grant(wanted)
            opened = self._now()
            try:
                yield granted
            finally:
                with self._store.open() as ledger:
                    give_back(ledger, token, used=self._now() - opened)

    def record_refusal(self, error: LimitError) -> None:
        """Note, while the conversation is still held, that the service refused to open it."""
        with self._store.open() as ledger:
            slow_down(ledger, str(error), now=self._now())

    async def pause(self, number: int, error: LimitError) -> None:
        """Wait before the attempt that follows attempt `number`, counted from 1."""
        seconds = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (number - 1))
        await self._clock.sleep(max(seconds, error.retry_after or 0.0))

    def ledger(self) -> Ledger:
        """Return what has been used so far, by all processes."""
        with self._store.open() as ledger:
            return ledger

    async def _wait_for_grant(self, wanted: Admission) -> Grant:
        while True:
            with self._store.open() as ledger:
                answer = try_admit(ledger, self._limits, wanted, now=self._now())
            if not isinstance(answer, RetryLater):
                return answer
            await self._clock.sleep(answer.seconds)
