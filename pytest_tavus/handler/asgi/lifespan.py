"""The ASGI lifespan of one application: start-up before the first request, shut-down at the end.

An application that raises on the lifespan scope does not support it; the ASGI specification tells
servers to accept that. An application that sends `lifespan.startup.failed` does not start.
"""

from __future__ import annotations

import asyncio
from typing import Any, NoReturn

from pytest_tavus.errors import HandlerError
from pytest_tavus.handler.asgi.call import AsgiApp, Message
from pytest_tavus.handler.call.faults import ProtocolViolationError, describe_error, user_traceback

_SHUTDOWN_TIMEOUT = 5.0
"""Seconds for the application to shut down."""


class Lifespan:
    """Runs in one task, because a cancel scope must be closed by the task that opened it."""

    def __init__(self, app: AsgiApp) -> None:
        self._app = app
        self.state: dict[str, Any] = {}
        'The `scope["state"]` that the application fills. Every request gets a copy.'

        self._inbox: asyncio.Queue[Message] = asyncio.Queue()
        self._started = asyncio.Event()
        self._refusal: str | None = None
        self._error: BaseException | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self, within: float) -> None:
        """Start the application.

        Raises:
            HandlerError: the start-up failed, or took longer than `within` seconds.

        """
        self._task = asyncio.create_task(self._run())
        self._inbox.put_nowait({"type": "lifespan.startup"})
        try:
            async with asyncio.timeout(within):
                await self._started.wait()
        except TimeoutError:
            message = f"the handler's start-up was not complete after {within:g} s"
            raise HandlerError(message) from None
        finally:
            if not self._started.is_set():
                await self._cancel()
        if self._refusal is not None:
            await self._finish()
            self._fail("start-up")

    async def stop(self) -> None:
        """Shut the application down. May be called twice.

        Raises:
            HandlerError: the shut-down failed, or took too long.

        """
        if self._task is None:
            return
        self._inbox.put_nowait({"type": "lifespan.shutdown"})
        ended = await self._finish()
        self._task = None
        if not ended:
            message = f"the handler's shut-down was not complete after {_SHUTDOWN_TIMEOUT:g} s"
            raise HandlerError(message)
        if self._refusal is not None or self._error is not None:
            self._fail("shut-down")

    async def _run(self) -> None:
        scope = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self.state,
        }
        try:
            await self._app(scope, self._inbox.get, self._send)
        except (KeyboardInterrupt, asyncio.CancelledError):
            raise
        except BaseException as error:  # noqa: BLE001 - raised by start or stop
            unsupported = not self._started.is_set()
            self._error = None if unsupported else error
        finally:
            self._started.set()

    async def _send(self, sent: Message) -> None:
        kind = str(sent.get("type"))
        if kind in {"lifespan.startup.failed", "lifespan.shutdown.failed"}:
            self._refusal = str(sent.get("message", ""))
        if kind in {"lifespan.startup.complete", "lifespan.startup.failed"}:
            self._started.set()
        elif kind not in {"lifespan.shutdown.complete", "lifespan.shutdown.failed"}:
            message = f"sent {kind!r}, which is no message of the lifespan protocol"
            raise ProtocolViolationError(message)

    async def _finish(self) -> bool:
        """Wait for the application to return, else cancel it; return whether it returned."""
        if self._task is None:
            return True
        done, _ = await asyncio.wait({self._task}, timeout=_SHUTDOWN_TIMEOUT)
        if not done:
            await self._cancel()
        return bool(done)

    async def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=_SHUTDOWN_TIMEOUT)

    def _fail(self, phase: str) -> NoReturn:
        error, self._error = self._error, None
        reason = (self._refusal or "").strip()
        detail = reason or None
        if error is not None:
            reason, detail = describe_error(error), user_traceback(error)
        # Frameworks send the whole traceback as the message; its last line names the error.
        last = reason.splitlines()[-1] if reason else "it gave no reason"
        message = f"the handler's {phase} failed: {last}"
        raise HandlerError(message, detail=detail)
