"""Takes the body of a request in, whole: not too much of it, and not too slowly.

Everything behind has the whole body at once, and none of it can be made to wait by a client.
"""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pytest_tavus.server.answers import header_values, refuse
from pytest_tavus.server.options import Limits


class Intake:
    """Reads bodies before anybody else does."""

    def __init__(self, app: ASGIApp, *, limits: Limits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its body, or say what is wrong with that."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        longest = self._limits.body_bytes
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                body = await _whole(scope, receive, longest)
        except TimeoutError:
            sentence = f"the body was not there within {self._limits.body_seconds:g} s"
            await refuse(scope, send, status=408, sentence=sentence)
        except _TooLongError:
            sentence = f"the body is longer than {longest} bytes"
            await refuse(scope, send, status=413, sentence=sentence)
        else:
            if body is not None:
                await self._app(scope, _Replay(body, receive), send)


class _TooLongError(Exception):
    """The body goes on beyond the limit."""


class _Replay:
    """Gives a body that was read already, then whatever comes after it."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._message: Message | None = {"type": "http.request", "body": body, "more_body": False}
        self._receive = receive

    async def __call__(self) -> Message:
        message, self._message = self._message, None
        return await self._receive() if message is None else message


async def _whole(scope: Scope, receive: Receive, longest: int) -> bytes | None:
    """Return the body; `None` where the client has gone."""
    declared = [int(value) for value in header_values(scope, b"content-length") if value.isdigit()]
    if any(length > longest for length in declared):
        raise _TooLongError
    parts: list[bytes] = []
    read = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part: bytes = message.get("body", b"")
        parts.append(part)
        read += len(part)
        if read > longest:
            raise _TooLongError
        if not message.get("more_body", False):
            return b"".join(parts)
