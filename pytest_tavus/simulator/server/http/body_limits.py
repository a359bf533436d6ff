"""Reads request bodies completely, within a size and a time limit.

The inner application gets the whole body at once, so a slow client cannot block it. Large bodies
share one allowance of memory. Large bodies, and bodies without a valid key, are served in turns.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pytest_tavus.simulator.server.http.answers import header_values, refuse
from pytest_tavus.simulator.server.options import ServerLimits

LIGHT_BYTES = 4096
"""A body of at most this length, with a valid key, is served at once and never queues."""

PAUSE_SECONDS = 0.05
PAUSE_PER_BYTE = 1e-7
"""The pause between two queued requests grows with the length of the body."""

QUICK_SECONDS = 0.02
"""The event loop counts as idle if it wakes a sleeper no later than this."""

PATIENCE_SECONDS = 1.0
"""How long a queued request waits for an idle loop. Afterwards it runs in any case."""

IsAuthenticated = Callable[[Scope], bool]
"""Tells whether a request carries a valid key or token."""


class BodyLimit:
    """Middleware that reads each body and refuses bodies beyond the limits."""

    def __init__(
        self, app: ASGIApp, *, limits: ServerLimits, is_authenticated: IsAuthenticated
    ) -> None:
        self._app = app
        self._limits = limits
        self._is_authenticated = is_authenticated
        self.free_bytes = limits.bodies_bytes
        """The part of `bodies_bytes` that no request has reserved."""
        self._now = time.monotonic
        self._turn = asyncio.Lock()
        self._reading = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _Body(scope, receive)
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                await self._read(body)
        except TimeoutError:
            sentence = f"the body was not there within {self._limits.body_seconds:g} s"
            await refuse(scope, send, status=408, sentence=sentence)
        except _RefusedError as error:
            await refuse(scope, send, status=error.status, sentence=str(error))
        else:
            await self._pass(body, send)
        finally:
            self.free_bytes += body.reserved_bytes

    async def _pass(self, body: _Body, send: Send) -> None:
        if body.disconnected:
            return
        if len(body.content) > LIGHT_BYTES or not body.is_authenticated(self._is_authenticated):
            await self._wait(len(body.content))
        await self._app(body.scope, body.replay(), send)

    async def _wait(self, length: int) -> None:
        """Wait for a turn, so that light requests are served between any two others."""
        crowded = self._turn.locked()
        pause = min(PAUSE_SECONDS, length * PAUSE_PER_BYTE)
        async with self._turn:
            await asyncio.sleep(pause if crowded else 0)
            until = self._now() + PATIENCE_SECONDS
            # A punctual wake-up shows that the previous request no longer occupies the loop.
            while crowded and (started_at := self._now()) < until:
                await asyncio.sleep(pause)
                if self._now() - started_at < 2 * pause + QUICK_SECONDS:
                    break

    async def _read(self, body: _Body) -> None:
        """Read a body. Memory for a large body is reserved before the part is kept."""
        small = self._limits.stranger_bytes
        self._check_length(body, body.declared_length)
        while part := await body.next():
            length = len(body.content) + len(part)
            self._check_length(body, length)
            if length > small:
                self._reserve(body, length - body.reserved_bytes)
                # The connection is not read meanwhile, so large bodies arrive one after the other.
                async with self._reading:
                    await asyncio.sleep(0)
            body.content += part

    def _check_length(self, body: _Body, length: int) -> None:
        limits = self._limits
        if length > limits.body_bytes:
            raise _RefusedError(413, f"the body is longer than {limits.body_bytes} bytes")
        if length > limits.stranger_bytes and not body.is_authenticated(self._is_authenticated):
            sentence = (
                f"the body is longer than {limits.stranger_bytes} bytes, and the request has no "
                "valid key"
            )
            raise _RefusedError(413, sentence)

    def _reserve(self, body: _Body, more: int) -> None:
        if more > self.free_bytes:
            sentence = (
                f"the server holds {self._limits.bodies_bytes} bytes of other requests' bodies "
                "already: try again"
            )
            raise _RefusedError(503, sentence)
        self.free_bytes -= more
        body.reserved_bytes += more


class _RefusedError(Exception):
    def __init__(self, status: int, sentence: str) -> None:
        self.status = status
        super().__init__(sentence)


class _Body:
    """The part of a request body that has been read so far."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.scope = scope
        self._receive = receive
        self.content = bytearray()
        self.disconnected = False
        self.reserved_bytes = 0
        """Bytes of `BodyLimit.free_bytes` that the body uses."""
        self._complete = False
        self._authenticated: bool | None = None

    @property
    def declared_length(self) -> int:
        """The Content-Length of the request; 0 if the header is missing."""
        lengths = header_values(self.scope, b"content-length")
        return max((int(length) for length in lengths if length.isdigit()), default=0)

    def is_authenticated(self, check: IsAuthenticated) -> bool:
        """Call `check` at most once per request."""
        if self._authenticated is None:
            self._authenticated = check(self.scope)
        return self._authenticated

    async def next(self) -> bytes:
        """Return the next part; empty if the body is complete or the client has disconnected."""
        while not self._complete:
            message = await self._receive()
            self.disconnected = message["type"] == "http.disconnect"
            self._complete = self.disconnected or not message.get("more_body", False)
            part: bytes = message.get("body", b"")
            if part:
                return part
        return b""

    def replay(self) -> Receive:
        """Hand the body on, and keep no copy."""
        text, self.content = bytes(self.content), bytearray()
        return replay_body(text, self._receive)


def replay_body(body: bytes, receive: Receive) -> Receive:
    """Return a `Receive` that yields a body that was read before, then the messages after it."""
    unread: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return unread.pop() if unread else await receive()

    return replay
