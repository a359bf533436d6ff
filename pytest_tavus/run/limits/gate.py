"""The gate that every conversation passes: limits, locks of scenarios, and back-pressure."""

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
    Ledger,
    Permit,
    RetryLater,
    give_back,
    slow_down,
    try_admit,
)
from pytest_tavus.run.limits.store import Store

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""Seconds between a refusal of the service and the next attempt. Each pause doubles the last."""

ATTEMPTS = 8
"""Attempts to open a conversation before a refusal of the service becomes its fault."""


class Needs(Struct, frozen=True, kw_only=True):
    seconds: float
    "Its deadline."

    locks: Sequence[str] = ()
    alone: bool = False


class Gate:
    """Admits conversations. One per process; use it on the loop only."""

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
    async def enter(self, needs: Needs) -> AsyncGenerator[Permit]:
        """Wait until a conversation may be opened; release its locks and its share afterwards.

        Raises:
            NotRunError: a limit of the whole run is used up.

        """
        async with self._store.lock(needs.locks, alone=needs.alone):
            worker = self._store.worker
            token = f"{worker}-{next(self._tokens)}"
            admission = Admission(token=token, worker=worker, seconds=needs.seconds)
            # asyncio's lock is fair: conversations are admitted in the order of their arrival.
            async with self._admission_lock:
                permit = await self._wait_for_permit(admission)
            opened = self._now()
            try:
                yield permit
            finally:
                with self._store.open() as ledger:
                    give_back(ledger, token, used=self._now() - opened)

    def record_refusal(self, error: LimitError) -> None:
        """Record that the service refused a conversation, before its share is released."""
        with self._store.open() as ledger:
            slow_down(ledger, str(error), now=self._now())

    async def pause(self, number: int, error: LimitError) -> None:
        """Wait before the attempt that follows attempt `number`, counted from 1."""
        seconds = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (number - 1))
        await self._clock.sleep(max(seconds, error.retry_after or 0.0))

    def ledger(self) -> Ledger:
        with self._store.open() as ledger:
            return ledger

    async def _wait_for_permit(self, admission: Admission) -> Permit:
        while True:
            with self._store.open() as ledger:
                answer = try_admit(ledger, self._limits, admission, now=self._now())
            if not isinstance(answer, RetryLater):
                return answer
            await self._clock.sleep(answer.seconds)
