"""What a test holds in its hands: an opened conversation, for sync and for async tests."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import anyio.to_thread

from pytest_tavus.api.cursor import Cursor
from pytest_tavus.api.held import Held
from pytest_tavus.api.place import caller
from pytest_tavus.outcome import VerdictError
from pytest_tavus.play.loop import BackgroundLoop
from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.trace.log import Trace

T = TypeVar("T")


class _Opened:
    """What both kinds of conversation can say without waiting."""

    def __init__(self, held: Held, loop: BackgroundLoop, root: Path) -> None:
        self._held = held
        self._loop = loop
        self._root = root
        self.result: ScenarioResult | None = None
        """What the conversation came to. Set when it has been closed."""

    @property
    def trace(self) -> Trace:
        """Everything that has happened so far."""
        return self._held.trace()

    def cursor(self, *, turn: int | None = None) -> Cursor:
        """Return a cursor over one turn, counted from 1, or over the whole conversation."""
        return self._held.cursor(turn=turn, span=caller(self._root))

    def _ended(self, result: ScenarioResult, *, quietly: bool) -> None:
        __tracebackhide__ = True
        self.result = result
        # A conversation that ends with another failure must not hide that one.
        if result.verdict.findings and not quietly:
            raise VerdictError(result)


class Conversation(_Opened):
    """A conversation in a sync test. A context manager: it is open inside the `with` block."""

    def __enter__(self) -> Self:
        self._loop.run(self._held.open())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        __tracebackhide__ = True
        self._ended(self._loop.run(self._held.close()), quietly=error is not None)

    def say(self, user: str, **turn: Any) -> Cursor:
        """Say one line of the caller, hold the turn against what is expected, and return a cursor.

        The keywords are the keys of a turn in a scenario file: `plays`, `calls`, `says`,
        `events`, `quiet`, `within`, `never`, `save`, `extra`, `unchecked`.

        Raises:
            VerdictError: the turn did not go as expected; its text is the failure picture.

        """
        __tracebackhide__ = True
        span = caller(self._root)
        self._loop.run(self._held.say({"user": user, **turn}, span))
        return self._held.cursor(turn=len(self._held.scenario.turns), span=span)


class AsyncConversation(_Opened):
    """A conversation in an async test, under asyncio or trio."""

    async def __aenter__(self) -> Self:
        await self._wait(self._held.open())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        __tracebackhide__ = True
        self._ended(await self._wait(self._held.close()), quietly=error is not None)

    async def say(self, user: str, **turn: Any) -> Cursor:
        """Do as :meth:`Conversation.say`."""
        __tracebackhide__ = True
        span = caller(self._root)
        await self._wait(self._held.say({"user": user, **turn}, span))
        return self._held.cursor(turn=len(self._held.scenario.turns), span=span)

    async def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for what runs on the stage's loop without blocking the test's own."""
        __tracebackhide__ = True
        future = self._loop.submit(work)
        try:
            await anyio.to_thread.run_sync(_settled, future, abandon_on_cancel=True)
        except BaseException:
            future.cancel()
            raise
        return future.result()


def _settled(future: concurrent.futures.Future[Any]) -> None:
    concurrent.futures.wait([future])
