"""Keeps the ledger in this process, or in a directory that several processes share.

A shared ledger survives crashes. Each process locks a file of its own as long as it lives. The next
process that opens the ledger returns the shares of every process whose lock is gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import os
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from pathlib import Path
from typing import Protocol

from msgspec import json

from pytest_tavus.run.limits.ledger import RETRY_SECONDS, Ledger, give_back


class Store(Protocol):
    worker: str
    "The name of this process among those that share the ledger."

    def open(self) -> AbstractContextManager[Ledger]:
        """Give exclusive access to the ledger, for reading and for changes."""
        ...

    def lock(self, names: Sequence[str], *, alone: bool) -> AbstractAsyncContextManager[None]:
        """Hold named locks against other processes; with `alone`, exclude every other lock."""
        ...


class LocalStore:
    """A ledger of one process. It needs no locks: the job queue keeps those of its own process."""

    worker = ""

    def __init__(self, *, now: float) -> None:
        self._ledger = Ledger(began=now)

    def open(self) -> AbstractContextManager[Ledger]:
        return contextlib.nullcontext(self._ledger)

    def lock(self, names: Sequence[str], *, alone: bool) -> AbstractAsyncContextManager[None]:
        del names, alone
        return contextlib.nullcontext()


class SharedStore:
    """A ledger in a directory, shared by the processes of one run on one machine."""

    def __init__(self, directory: Path, *, worker: str, now: float) -> None:
        self.worker = worker
        self._directory = directory
        self._file = directory / "ledger.json"
        self._local = Ledger(began=now)
        self.shares_ledger = True
        """Whether the processes share their limits. If not, each keeps a ledger of its own."""

        self.uses_locks = True
        """Whether a scenario of the run has a lock or must run alone."""
        self._alive = _open_descriptor(directory / f"alive-{worker}")
        fcntl.flock(self._alive, fcntl.LOCK_EX)
        with self._lock_ledger():
            if not self._file.exists():
                self._write(Ledger(began=now))

    @contextlib.contextmanager
    def open(self) -> Generator[Ledger]:
        """Give exclusive access to the ledger, after it dropped the shares of dead processes."""
        if not self.shares_ledger:
            yield self._local
            return
        with self._lock_ledger():
            ledger = json.decode(self._file.read_bytes(), type=Ledger)
            self._release_dead(ledger)
            yield ledger
            self._write(ledger)

    @contextlib.asynccontextmanager
    async def lock(self, names: Sequence[str], *, alone: bool) -> AsyncGenerator[None]:
        """Hold one file lock for each name, and the lock of the room: shared, or alone."""
        if not self.uses_locks:
            yield
            return
        with contextlib.ExitStack() as files:
            # A waiter for `alone` keeps the entrance, so that later processes cannot starve it.
            entrance = files.enter_context(_open_lock_file(self._directory / "entrance"))
            room = files.enter_context(_open_lock_file(self._directory / "room"))
            await _lock(entrance, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
            await _lock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
            if not alone:
                fcntl.flock(entrance, fcntl.LOCK_UN)
            for name in sorted(names):  # one order for all processes, so that no two deadlock
                digest = hashlib.blake2b(name.encode(), digest_size=8).hexdigest()
                file = files.enter_context(_open_lock_file(self._directory / f"lock-{digest}"))
                await _lock(file, fcntl.LOCK_EX)
            yield

    def merge_local_ledger(self) -> None:
        """Add the refusals of this process's own ledger to the shared ledger, for the summary."""
        own, self._local = self._local, Ledger(began=0.0)
        if own.refusals:
            self.shares_ledger = True
            with self.open() as ledger:
                ledger.refusals += own.refusals
                ceilings = (each for each in (ledger.lowest, own.lowest) if each is not None)
                ledger.lowest = min(ceilings, default=None)
                ledger.last_refusal = own.last_refusal

    def close(self) -> None:
        """Release the lock that marks this process as alive. May be called twice."""
        if self._alive >= 0:
            os.close(self._alive)
            self._alive = -1

    @contextlib.contextmanager
    def _lock_ledger(self) -> Generator[None]:
        with _open_lock_file(self._directory / "ledger.lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _release_dead(self, ledger: Ledger) -> None:
        others = {entry.worker for entry in ledger.active.values()} - {self.worker}
        for worker in others:
            with _open_lock_file(self._directory / f"alive-{worker}") as alive:
                if not _try_lock(alive, fcntl.LOCK_EX):
                    continue
            dead = [token for token, entry in ledger.active.items() if entry.worker == worker]
            for token in dead:  # its connected seconds are unknown, so its whole share counts
                give_back(ledger, token, used=ledger.active[token].seconds)

    def _write(self, ledger: Ledger) -> None:
        # A rename is atomic: a process that dies in the middle leaves the old ledger intact.
        unfinished = self._file.with_name(f"ledger.{self.worker}.unfinished")
        unfinished.write_bytes(json.encode(ledger))
        unfinished.replace(self._file)


def _open_descriptor(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


@contextlib.contextmanager
def _open_lock_file(path: Path) -> Generator[int]:
    file = _open_descriptor(path)
    try:
        yield file
    finally:
        os.close(file)


def _try_lock(file: int, kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _lock(file: int, kind: int) -> None:
    while not _try_lock(file, kind):  # noqa: ASYNC110 - other processes set no event
        await asyncio.sleep(RETRY_SECONDS)
