"""Traffic that no server should have to bear: slow, huge, malformed, unread, unauthenticated.

Each kind is a connection that misbehaves until it is cut, and then starts again. It counts its
answers by status, which proves that it ran.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field

PAUSE = 0.25
"""Seconds between two bytes of a slow client."""

HANDSHAKE = (
    "upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n"
    "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)


@dataclass(slots=True, kw_only=True)
class Target:
    """The server, and the counts of its answers."""

    host: str
    port: int
    key: str
    rooms: list[str]
    "The paths of rooms that are open."

    seen: Counter[str] = field(default_factory=Counter[str])

    def enter(self) -> bytes:
        """Return a handshake with one of the rooms."""
        return self.head(f"GET {self.rooms[next(_COUNT) % len(self.rooms)]}", HANDSHAKE)

    def head(self, line: str, headers: str = "", *, key: str | None = None) -> bytes:
        """Return the head of a request."""
        named = self.key if key is None else key
        named = f"x-api-key: {named}\r\nauthorization: Bearer {named}\r\n"
        host = f"host: {self.host}:{self.port}\r\n"
        return f"{line} HTTP/1.1\r\n{host}{named}{headers}\r\n".encode()

    def post(self, path: str, body: bytes, *, key: str | None = None) -> bytes:
        """Return a request with a body."""
        headers = f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
        return self.head(f"POST {path}", headers, key=key) + body


@dataclass(slots=True, kw_only=True)
class Line:
    """One connection."""

    kind: str
    target: Target
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self) -> None:
        """Read one answer, and count it by its status."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        self.target.seen[f"{self.kind} {head.split()[1]}"] += 1
        length = head.partition("content-length:")[2].partition("\r\n")[0].strip()
        await self.reader.readexactly(int(length or 0))


Abuse = Callable[[Line], Awaitable[None]]


async def slow(line: Line) -> None:
    """Send a head, or a body, a byte at a time."""
    half = line.target.post("/v2/pals", b"{" + b" " * 10_000)
    begun = next(_COUNT) % 2 * (len(half) - 10_000)
    await line.send(half[:begun])
    for byte in half[begun:]:
        await line.send(bytes([byte]))
        await asyncio.sleep(PAUSE)


async def huge(line: Line) -> None:
    """Send the largest possible bodies and heads in turn."""
    target = line.target
    while True:
        await line.send(_HUGE[next(_COUNT) % len(_HUGE)](target))
        await line.answer()


async def malformed(line: Line) -> None:
    """Send malformed requests, bodies and messages."""
    target = line.target
    broken = next(_COUNT) % 5
    if broken == 0:
        await line.send(b"\x16\x03\x01\x02\x00\x01\x00" * 20)
    elif broken == 1:
        await line.send(target.head("GET /v2/pals", "content-length: 3\r\ncontent-length: 4\r\n"))
    elif broken == 2:
        both = "content-length: 3\r\ntransfer-encoding: chunked\r\n"
        await line.send(target.head("POST /v2/pals", both) + b"0\r\n\r\n")
    elif broken == 3:
        await line.send(target.enter() + b"\xff" * 100)
    for body in (b"{", b"[" * 50_000, b"\xff\xfe", b'{"a": NaN}'):
        await line.send(target.post("/v2/pals", body))
        await line.answer()


async def unread(line: Line) -> None:
    """Request large answers and read none; every other connection joins a busy room."""
    target = line.target
    if next(_COUNT) % 2:
        await line.send(target.enter())
        await line.answer()
        await asyncio.Event().wait()
    while True:
        await line.send(target.head("GET /v2/faces") * 100)
        target.seen["unread requests"] += 100


async def unauthenticated(line: Line) -> None:
    """Send requests without a key, or with a wrong key."""
    target, large = line.target, json.dumps({"a": ["x" * 60] * 900}).encode()
    registration = {"redirect_uris": ["http://127.0.0.1:1/"], "client_name": "x" * 7000}
    while True:
        for path, body in (
            ("/v2/pals", large),
            ("/register", json.dumps(registration).encode()),
            ("/register", b"[" + b"{}," * 1_300_000 + b"{}]"),
            ("/mcp", large),
            ("/token", large),
            ("/_simulator/scenarios", large),
        ):
            await line.send(target.post(path, body, key="nobody's"))
            await line.answer()


_COUNT = itertools.count()
_STRING = json.dumps({"pal_name": "a", "system_prompt": "x" * 4_100_000}).encode()
_KEYS = json.dumps({f"key_{number}": number for number in range(20_000)}).encode()
_EMPTY = b'{"pal_name": "a", "tools": [' + b"{}," * 2_900 + b"{}]}"
_DENSE = b"[" + b"[]," * 1_300_000 + b"[]]"
_CHUNKS = b"1\r\n \r\n" * 60_000 + b"0\r\n\r\n"
_HUGE: tuple[Callable[[Target], bytes], ...] = (
    lambda target: target.post("/v2/tools", _KEYS),
    lambda target: target.post("/v2/pals", _EMPTY),
    lambda target: target.post("/v2/tools", _DENSE),
    lambda target: target.post("/mcp", _DENSE),
    lambda target: target.post("/v2/conversations", _STRING),
    lambda target: target.head("POST /v2/tools", "transfer-encoding: chunked\r\n") + _CHUNKS,
)

KINDS: tuple[Abuse, ...] = (slow, huge, malformed, unread, unauthenticated)


def each(count: int) -> Iterator[Abuse]:
    """Return `count` kinds, evenly distributed."""
    return itertools.islice(itertools.cycle(KINDS), count)


async def _again_and_again(abuse: Abuse, target: Target) -> None:
    kind = abuse.__name__
    while True:
        async with AsyncExitStack() as stack:
            reader, writer = await asyncio.open_connection(target.host, target.port)
            stack.callback(writer.close)
            target.seen[f"{kind} connections"] += 1
            line = Line(kind=kind, target=target, reader=reader, writer=writer)
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                await abuse(line)
        await asyncio.sleep(0.01)


async def abuse_for(seconds: float, target: Target, connections: int) -> None:
    """Misbehave over all connections at once."""
    tasks = [asyncio.create_task(_again_and_again(kind, target)) for kind in each(connections)]
    done, _ = await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
