"""Takes the body of a request in, whole: not too much of it, and not too slowly.

Everything behind has the whole body at once, and none of it can be made to wait by a client. Large
bodies share one allowance of memory. Large ones, and those of strangers, are passed on in turns.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pytest_tavus.simulator.server.http.answers import header_values, refuse
from pytest_tavus.simulator.server.options import ServerLimits

LIGHT_BYTES = 4096
"""A body of a known client that is worked on at once, however many others wait."""

PAUSE_SECONDS = 0.05
PAUSE_PER_BYTE = 1e-7
"""Between two requests that are not light, where several wait: the larger, the longer."""

QUICK_SECONDS = 0.02
"""The loop is quick where it is not later than this."""

PATIENCE_SECONDS = 1.0
"""How long to wait for the loop to be quick. Then the turn is taken as it is."""

IsAuthenticated = Callable[[Scope], bool]
"""Tells whether a request names a key or a token that is good."""


class BodyLimit:
    """Reads bodies before anybody else does."""

    def __init__(self, app: ASGIApp, *, limits: ServerLimits, knows: IsAuthenticated) -> None:
        self._app = app
        self._limits = limits
        self._is_authenticated = knows
        self.free_bytes = limits.bodies_bytes
        """Bytes that large bodies may still have, beside those that are there."""
        self._now = time.monotonic
        self._turn = asyncio.Lock()
        self._reading = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its body, or say what is wrong with that."""
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
        """Wait for a turn, so that light requests are served between any two others.

        Where several wait, the next comes when the loop is quick again: after the last one, and
        after whatever else is going on.
        """
        crowded = self._turn.locked()
        pause = min(PAUSE_SECONDS, length * PAUSE_PER_BYTE)
        async with self._turn:
            await asyncio.sleep(pause if crowded else 0)
            until = self._now() + PATIENCE_SECONDS
            while crowded and (began := self._now()) < until:
                await asyncio.sleep(pause)
                if self._now() - began < 2 * pause + QUICK_SECONDS:
                    break

    async def _read(self, body: _Body) -> None:
        """Read a body; what of it is large is counted first."""
        small = self._limits.stranger_bytes
        self._check_length(body, body.declared)
        while part := await body.next():
            whole = len(body.content) + len(part)
            self._check_length(body, whole)
            if whole > small:
                self._reserve(body, whole - body.reserved_bytes)
                # Meanwhile the connection is not read from: many large bodies come one by one.
                async with self._reading:
                    await asyncio.sleep(0)
            body.content += part

    def _check_length(self, body: _Body, length: int) -> None:
        limits = self._limits
        if length > limits.body_bytes:
            raise _RefusedError(413, f"the body is longer than {limits.body_bytes} bytes")
        if length > limits.stranger_bytes and not body.is_authenticated(self._is_authenticated):
            sentence = (
                f"the body is longer than {limits.stranger_bytes} bytes, and the request names no "
                "key that is good here"
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
    """The body is not taken."""

    def __init__(self, status: int, sentence: str) -> None:
        self.status = status
        super().__init__(sentence)


class _Body:
    """The body of one request, as far as it was read."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.scope = scope
        self._receive = receive
        self.content = bytearray()
        self.disconnected = False
        """The client has left."""
        self.reserved_bytes = 0
        """Bytes that were taken from what large bodies may have together."""
        self._complete = False
        self._authenticated: bool | None = None

    @property
    def declared(self) -> int:
        """How long the body is, as far as the request says so."""
        lengths = header_values(self.scope, b"content-length")
        return max((int(each) for each in lengths if each.isdigit()), default=0)

    def is_authenticated(self, knows: IsAuthenticated) -> bool:
        """Tell whether the request is a stranger's; asked once."""
        if self._authenticated is None:
            self._authenticated = knows(self.scope)
        return self._authenticated

    async def next(self) -> bytes:
        """Return the next part; none where the body is there, or the client gone."""
        while not self._complete:
            message = await self._receive()
            self.disconnected = message["type"] == "http.disconnect"
            self._complete = self.disconnected or not message.get("more_body", False)
            part: bytes = message.get("body", b"")
            if part:
                return part
        return b""

    def replay(self) -> Receive:
        """Return what gives the body, which is not kept here any longer."""
        text, self.content = bytes(self.content), bytearray()
        return replay_body(text, self._receive)


def replay_body(body: bytes, receive: Receive) -> Receive:
    """Return what gives a body that was read already, then whatever comes after it."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return first.pop() if first else await receive()

    return again
