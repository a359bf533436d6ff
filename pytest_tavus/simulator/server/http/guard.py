"""The outermost middleware: refuses foreign hosts, origins and paths, and marks every response.

The server listens on loopback, which keeps other machines out, but not the pages of a browser on
this machine. A page can resolve its own name to this machine (DNS rebinding), so every Host other
than loopback is refused. So is every Origin of another machine that is not configured.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Sequence
from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pytest_tavus.simulator.server.http.answers import (
    encode_headers,
    header_values,
    is_start,
    refuse,
)
from pytest_tavus.simulator.server.http.marker import MARKER, simulator_version
from pytest_tavus.simulator.server.options import ServerLimits

_LOOPBACK = rb"(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?"
_HOST = re.compile(_LOOPBACK, re.IGNORECASE)
_ORIGIN = re.compile(rb"https?://" + _LOOPBACK, re.IGNORECASE)
_DOTS = frozenset({b".", b".."})

# A refused connection closes: after a smuggling attempt, the next bytes may not be a new request.
_CLOSING = (("connection", "close"),)

Problem = tuple[int, str]
"""An HTTP status and an error sentence."""


class Guard:
    """Middleware that checks the head of each request, and marks each response."""

    def __init__(
        self, app: ASGIApp, *, limits: ServerLimits, origins: Collection[str] = ()
    ) -> None:
        """Wrap `app`. Pages of `origins` are allowed, and so are pages of this machine."""
        self._app = app
        self._origins = frozenset(origin.encode() for origin in origins)
        self._limits = limits
        self._marker = encode_headers([(MARKER, simulator_version())])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        marked = _MarkerSend(send, marker=self._marker, scope=scope)
        problem = self._problem(scope)
        if problem is None:
            await self._pass(scope, receive, marked)
        else:
            status, sentence = problem
            await refuse(scope, marked, status=status, sentence=sentence, headers=_CLOSING)
        if marked.handshake_refused:
            # uvicorn treats a refused handshake as unfinished until its connection is lost.
            await asyncio.sleep(0)

    async def _pass(self, scope: Scope, receive: Receive, marked: _MarkerSend) -> None:
        try:
            await self._app(scope, receive, marked)
        except Exception:
            if not marked.response_started:
                sentence = "the simulator failed because of a bug: its log has the traceback"
                await refuse(scope, marked, status=500, sentence=sentence)
            raise

    def _problem(self, scope: Scope) -> Problem | None:
        return (
            _header_problem(scope, self._limits.headers)
            or _length_problem(scope)
            or _host_problem(header_values(scope, b"host"))
            or _origin_problem(header_values(scope, b"origin"), self._origins)
            or _path_problem(_raw_path(scope), self._limits.path_bytes)
        )


class _MarkerSend:
    """Adds the marker to each response.

    uvicorn itself answers a WebSocket that is closed before it is accepted, without the marker.
    Such a close becomes a refusal of this server.
    """

    def __init__(self, send: Send, *, marker: list[tuple[bytes, bytes]], scope: Scope) -> None:
        self._send = send
        self._marker = marker
        self._scope = scope
        self.response_started = False
        self.handshake_refused = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "websocket.close" and not self.response_started:
            await refuse(self._scope, self, status=403, sentence="this room cannot be entered")
            return
        if is_start(message):
            self.response_started = True
            self.handshake_refused = message["type"] == "websocket.http.response.start"
            message = {**message, "headers": [*message.get("headers", ()), *self._marker]}
        await self._send(message)


def _header_problem(scope: Scope, most: int) -> Problem | None:
    if len(scope["headers"]) <= most:
        return None
    return 431, f"the request has more than {most} headers"


def _length_problem(scope: Scope) -> Problem | None:
    # With two length headers, a proxy may trust the other one and split requests differently.
    if not (header_values(scope, b"transfer-encoding") and header_values(scope, b"content-length")):
        return None
    return 400, "the request has both Content-Length and Transfer-Encoding: expected one of them"


def _host_problem(hosts: Sequence[bytes]) -> Problem | None:
    if len(hosts) == 1 and _HOST.fullmatch(hosts[0]):
        return None
    return 421, (
        "the simulator answers to 127.0.0.1 and localhost only, and the request's Host header "
        "is neither"
    )


def _origin_problem(origins: Sequence[bytes], allowed: Collection[bytes]) -> Problem | None:
    if all(origin.lower() in allowed or _ORIGIN.fullmatch(origin) for origin in origins):
        return None
    return 403, (
        "the simulator answers pages of this machine only, and the request's Origin header "
        "names another machine: allow its origin with --cors"
    )


def _path_problem(path: bytes, longest: int) -> Problem | None:
    if len(path) > longest:
        return 400, f"the path is longer than {longest} bytes"
    plain = unquote_to_bytes(path)
    if any(byte < 0x20 or byte == 0x7F for byte in plain):
        return 400, "the path holds a control character"
    if b"\\" in plain:
        return 400, "the path holds a backslash"
    if b"//" in plain:
        return 400, "the path holds two slashes in a row"
    # Checked decoded twice, because a later decoder could turn a double encoding into dots.
    if not _DOTS.isdisjoint([*plain.split(b"/"), *unquote_to_bytes(plain).split(b"/")]):
        return 400, "the path holds a step that is '.' or '..'"
    return None


def _raw_path(scope: Scope) -> bytes:
    # Some in-process clients give the decoded path only.
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.partition(b"?")[0]
