"""Where the ledger is kept: in this process, or in a directory that several processes share.

What is shared is safe against crashes. A process holds a lock on a file of its own as long as it
lives; what a process held that does not live any more is given back by the next one that looks.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from msgspec import to_builtins

from pytest_tavus.run.limits.ledger import RETRY_SECONDS, Ledger, OpenConversation, give_back


class Store(Protocol):
    """Keeps the ledger."""

    worker: str
    "The name of this process among those that share the ledger."

    def open(self) -> AbstractContextManager[Ledger]:
        """Give the ledger to whoever changes it, one at a time."""
        ...

    def lock(self, names: Sequence[str], *, alone: bool) -> AbstractAsyncContextManager[None]:
        """Hold named locks, and keep out whoever must be alone; or be alone."""
        ...


class LocalStore:
    """A ledger of this process. Its locks are the line's business."""

    worker = ""

    def __init__(self, *, now: float) -> None:
        self._ledger = Ledger(began=now)

    def open(self) -> AbstractContextManager[Ledger]:
        """Give the ledger."""
        return contextlib.nullcontext(self._ledger)

    def lock(self, names: Sequence[str], *, alone: bool) -> AbstractAsyncContextManager[None]:
        """Hold nothing."""
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
        """Whether limits are to be shared. Otherwise this process keeps a ledger of its own."""

        self.uses_locks = True
        """Whether any scenario of the run has a lock or is alone."""
        self._alive = _open_descriptor(directory / f"alive-{worker}")
        fcntl.flock(self._alive, fcntl.LOCK_EX)
        with self._lock_ledger():
            if not self._file.exists():
                self._write(Ledger(began=now))

    @contextlib.contextmanager
    def open(self) -> Generator[Ledger]:
        """Give the ledger, without what processes held that have died."""
        if not self.shares_ledger:
            yield self._local
            return
        with self._lock_ledger():
            ledger = _read_ledger(json.loads(self._file.read_text(encoding="utf-8")))
            self._release_dead(ledger)
            yield ledger
            self._write(ledger)

    @contextlib.asynccontextmanager
    async def lock(self, names: Sequence[str], *, alone: bool) -> AsyncGenerator[None]:
        """Hold a file for each lock. Who wants to be alone keeps others from coming in first."""
        if not self.uses_locks:
            yield
            return
        with contextlib.ExitStack() as held:
            entrance = held.enter_context(_open_lock_file(self._directory / "entrance"))
            room = held.enter_context(_open_lock_file(self._directory / "room"))
            await _lock(entrance, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
            await _lock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
            if not alone:
                fcntl.flock(entrance, fcntl.LOCK_UN)
            for name in sorted(names):  # in one order, so that no two wait for each other
                digest = hashlib.blake2b(name.encode(), digest_size=8).hexdigest()
                file = held.enter_context(_open_lock_file(self._directory / f"lock-{digest}"))
                await _lock(file, fcntl.LOCK_EX)
            yield

    def merge_local_ledger(self) -> None:
        """Let the others know how the service slowed down a process with a ledger of its own."""
        own, self._local = self._local, Ledger(began=0.0)
        if own.slowed:
            self.shares_ledger = True
            with self.open() as ledger:
                ledger.slowed += own.slowed
                lowest = (one for one in (ledger.lowest, own.lowest) if one is not None)
                ledger.lowest, ledger.said = min(lowest, default=None), own.said

    def close(self) -> None:
        """Be found dead by the others. May be called twice."""
        if self._alive >= 0:
            os.close(self._alive)
            self._alive = -1

    @contextlib.contextmanager
    def _lock_ledger(self) -> Generator[None]:
        with _open_lock_file(self._directory / "ledger.lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _release_dead(self, ledger: Ledger) -> None:
        others = {one.worker for one in ledger.held.values()} - {self.worker}
        for worker in others:
            with _open_lock_file(self._directory / f"alive-{worker}") as alive:
                if not _try_lock(alive, fcntl.LOCK_EX):
                    continue
            dead = [token for token, one in ledger.held.items() if one.worker == worker]
            for token in dead:  # what it used is not known: all that it might have
                give_back(ledger, token, used=ledger.held[token].seconds)

    def _write(self, ledger: Ledger) -> None:
        unfinished = self._file.with_name(f"ledger.{self.worker}.unfinished")
        unfinished.write_text(json.dumps(to_builtins(ledger)), encoding="utf-8")
        unfinished.replace(self._file)


def _read_ledger(data: dict[str, Any]) -> Ledger:
    held = {token: OpenConversation(**one) for token, one in data.pop("held").items()}
    return Ledger(held=held, **data)


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
