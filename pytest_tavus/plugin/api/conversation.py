"""An open conversation, as sync and async tests use it."""

from __future__ import annotations

import asyncio
import concurrent.futures
import functools
import sys
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self, TypeVar

import pytest

from pytest_tavus.errors import ScenarioError
from pytest_tavus.plugin.api.call_site import caller
from pytest_tavus.plugin.api.cursor import Cursor
from pytest_tavus.plugin.api.driver import ConversationDriver
from pytest_tavus.plugin.api.raise_scope import RaiseScope
from pytest_tavus.plugin.failure import VerdictError
from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.run.loop.loop import BackgroundLoop, running_loop
from pytest_tavus.spans import SourceSpan
from pytest_tavus.trace.log import Trace

T = TypeVar("T")

CLEANUP_SECONDS = 10.0
"""How long a conversation may take to end after its test was cancelled."""


class _BaseConversation:
    """The part of both conversations that does not wait."""

    def __init__(
        self,
        driver: ConversationDriver,
        loop: BackgroundLoop,
        root: Path,
        raise_scope: RaiseScope,
    ) -> None:
        self._driver = driver
        self._loop = loop
        self._root = root
        self._raise_scope = raise_scope
        self.lost_failure: VerdictError | None = None
        """The failure, if it was raised in a thread or task whose exceptions pytest never sees."""

        self._open = False
        self._result: ScenarioResult | None = None

    @property
    def has_ended(self) -> bool:
        """Whether the test has left the `with` block."""
        return self._result is not None

    @property
    def opened_at(self) -> SourceSpan:
        """The line of the test that opened the conversation."""
        return self._driver.scenario.span

    @property
    def trace(self) -> Trace:
        """Everything that has happened so far, masked."""
        return self._driver.trace()

    @property
    def result(self) -> ScenarioResult:
        """The verdict with its trace, after the `with` block.

        Raises:
            ScenarioError: the conversation is still open.

        """
        __tracebackhide__ = True
        if self._result is None:
            _refuse("the conversation has no result yet: read it after its `with` block")
        return self._result

    def cursor(self, *, turn: int | None = None) -> Cursor:
        """Return a live cursor over one turn, counted from 1, or over the whole conversation."""
        steps = functools.partial(self._driver.steps, turn)
        return Cursor(steps, self._driver)

    def _add_turn(self, turn: dict[str, object], span: SourceSpan) -> int:
        __tracebackhide__ = True
        if not self._open:
            _refuse("the conversation is not open: say its lines inside its `with` block")
        try:
            return self._driver.add_turn(turn, span)
        except ScenarioError as error:
            raise error.with_traceback(None) from None

    def _finish_open(self, failed: ScenarioResult | None) -> None:
        __tracebackhide__ = True
        if failed is not None:
            self._result = failed
            raise self._failure(failed)
        self._open = True

    def _finish_close(self, result: ScenarioResult, error: BaseException | None) -> None:
        __tracebackhide__ = True
        self._open = False
        self._result = result
        # A cancelled task gives up its conversation; a verdict would replace the cancellation.
        if self._driver.accepts(result.verdict) or isinstance(error, asyncio.CancelledError):
            return
        failure = self._failure(result)
        # An exception of the test itself must stay visible. A skip is no failure, so it must not
        # hide the failure of the conversation.
        skipped = isinstance(error, pytest.skip.Exception)
        if error is None or (skipped and result.verdict.outcome == "failed"):
            raise failure

    def _failure(self, result: ScenarioResult) -> VerdictError:
        failure = VerdictError(result)
        if not self._raise_scope.reaches_pytest():
            self.lost_failure = failure
        return failure


class Conversation(_BaseConversation):
    """A conversation in a sync test, open inside the `with` block."""

    def __enter__(self) -> Self:
        __tracebackhide__ = True
        self._loop.keep_running()  # a handler's background tasks must run between two lines
        self._finish_open(self._loop.run(self._driver.open()))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        __tracebackhide__ = True
        self._finish_close(self._loop.run(self._driver.close()), error)

    def say(self, user: str, **turn: object) -> Cursor:
        """Say one line of the caller, check the turn, and return a cursor over it.

        The keywords are the keys of a turn in a scenario file: `plays`, `calls`, `says`,
        `events`, `quiet`, `within`, `never`, `save`, `extra`, `unchecked`.

        Raises:
            ScenarioError: a key or a value cannot be understood.
            VerdictError: the turn failed a check; its text is the failure picture.

        """
        __tracebackhide__ = True
        span = caller(self._root)
        line = self._driver.begin_line(user, span)
        try:
            number = self._add_turn({"user": user, **turn}, span)
            failed = self._loop.run(self._driver.play(number))
        finally:
            self._driver.end_line(line)
        if failed is not None:
            raise VerdictError(failed)
        return self.cursor(turn=number)


class AsyncConversation(_BaseConversation):
    """A conversation in an async test, under asyncio or trio."""

    async def __aenter__(self) -> Self:
        __tracebackhide__ = True
        self._finish_open(await self._wait(self._driver.open()))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        __tracebackhide__ = True
        async with _limit_cleanup():
            result = await self._wait(self._driver.close())
            self._finish_close(result, error)

    def say(self, user: str, **turn: object) -> Coroutine[object, None, Cursor]:
        """Do as :meth:`Conversation.say`, without blocking other tasks."""
        # Not `async`: if a task awaits the coroutine, its stack has no line of the test.
        span = caller(self._root)
        return self._say({"user": user, **turn}, span, self._driver.begin_line(user, span))

    async def _say(self, turn: dict[str, object], span: SourceSpan, line: object) -> Cursor:
        __tracebackhide__ = True
        try:
            number = self._add_turn(turn, span)
            failed = await self._wait(self._driver.play(number))
        finally:
            self._driver.end_line(line)
        if failed is not None:
            raise VerdictError(failed)
        return self.cursor(turn=number)

    async def _wait(self, work: Coroutine[object, None, T]) -> T:
        """Run `work` on the runner's loop, without blocking the test's own loop."""
        __tracebackhide__ = True
        future = self._loop.submit(work)
        if running_loop() is not None:
            return await asyncio.wrap_future(future)
        try:
            await _wait_on_trio(future)
        except BaseException:
            future.cancel()
            raise
        return future.result()


@asynccontextmanager
async def _limit_cleanup() -> AsyncGenerator[None]:
    """Limit the time of the block, and shield the block from a cancelled scope of anyio."""
    # anyio is no dependency, because its pytest plugin would slow down every run of pytest. A test
    # inside a scope of anyio has imported it.
    if "anyio" in sys.modules:
        import anyio

        with anyio.move_on_after(CLEANUP_SECONDS, shield=True):
            yield
        return
    limit = asyncio.timeout(CLEANUP_SECONDS)
    try:
        async with limit:
            yield
    except TimeoutError:
        if not limit.expired():
            raise


async def _wait_on_trio(future: concurrent.futures.Future[T]) -> None:
    from anyio import CapacityLimiter, to_thread

    # A separate limiter, so that the wait takes no thread that the test may need.
    limiter = CapacityLimiter(1)
    wait = functools.partial(concurrent.futures.wait, [future])
    await to_thread.run_sync(wait, abandon_on_cancel=True, limiter=limiter)


def _refuse(message: str) -> NoReturn:
    __tracebackhide__ = True
    raise ScenarioError(message)
