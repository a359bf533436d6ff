"""Records the latest requests, with secrets masked.

Redaction happens before storage. A secret is recognized by its position in a request, and from then
on at any position and in any encoding.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TypedDict

from msgspec import Struct, convert
from msgspec.structs import asdict, replace
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pytest_tavus.json_data import Json, JsonObject
from pytest_tavus.simulator.server.http.answers import is_start, json_bytes
from pytest_tavus.simulator.server.journal.secrecy import (
    mask_header,
    mask_json,
    mask_pairs,
    read_body,
    secrets_in_header_pairs,
    secrets_in_json,
    secrets_in_pairs,
)
from pytest_tavus.simulator.server.journal.shelf import BoundedBuffer, KnownSecrets

JOURNAL_BYTES = 8 * 2**20
"""The limit of requests and notes together; the oldest are dropped first."""

_BODY_KEPT = 65_536
_PARTS_KEPT = 4_000
"""The approximate number of values of one body. Redaction searches each value for every secret."""

_UNAUTHORIZED = 401


class JournalEntry(Struct, frozen=True, kw_only=True):
    """One request, or the handshake of a WebSocket."""

    number: int
    "Counts requests from 1, in order of arrival."

    at: float
    "Seconds by the server's clock."

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: object
    "JSON data, also for a form; for any other body, a remark on its length."

    status: int | None
    "`None`: the connection ended without an answer."


class JournalPage(TypedDict):
    """The journal as JSON data."""

    total_count: int
    data: list[JsonObject]
    notes: list[JsonObject]


class Journal:
    """The latest requests, oldest first, and the notes of endpoints.

    Both are stored as text, because objects would take many times the memory.
    """

    def __init__(
        self, *, secrets: Collection[str], longest: int = 1000, most_bytes: int = JOURNAL_BYTES
    ) -> None:
        """Bound the journal; `most_bytes` of 0 disables it."""
        self.is_enabled = most_bytes > 0
        self._entries = BoundedBuffer(longest, most_bytes // 2)
        self._notes = BoundedBuffer(longest, most_bytes // 2)
        self._secrets = KnownSecrets(secrets)
        self._count = 0

    def __iter__(self) -> Iterator[JournalEntry]:
        return (convert(row, JournalEntry) for row in self._entries.rows())

    def as_json(self) -> JournalPage:
        """Return what is stored; `total_count` also counts requests that were dropped."""
        return {
            "total_count": self._count,
            "data": self._entries.rows(),
            "notes": self._notes.rows(),
        }

    def note(self, name: str, data: Mapping[str, object]) -> None:
        """Record an event that an endpoint reports."""
        if self.is_enabled:
            text = json_bytes({"name": name, **self.redact(dict(data))})
            if len(text) > _BODY_KEPT:
                text = json_bytes({"name": name, "problem": _describe_omitted_body(len(text))})
            self._notes.add(text)

    def clear(self) -> None:
        """Drop every request and note."""
        # Secrets stay known, because later requests may repeat them.
        self._entries.clear()
        self._notes.clear()
        self._count = 0

    def next_number(self) -> int:
        self._count += 1
        return self._count

    def keep(self, entry: JournalEntry) -> None:
        """Store a request, redacted; of an unauthorized request, only method and path."""
        # So an unauthorized client cannot fill the list of learned secrets either.
        if entry.status == _UNAUTHORIZED:
            entry = replace(entry, query="", headers=(), body=None)
        self.learn(
            *secrets_in_header_pairs(entry.headers),
            *secrets_in_pairs(entry.query),
            *secrets_in_json(entry.body),
        )
        text = self._secrets.redaction.text
        kept = replace(
            entry,
            path=text(entry.path),
            query=text(mask_pairs(entry.query)),
            headers=tuple((name, text(mask_header(name, v))) for name, v in entry.headers),
            body=self._secrets.redaction.value(mask_json(entry.body)),
        )
        self._entries.add(json_bytes(asdict(kept)))

    def redact(self, value: dict[str, object]) -> JsonObject:
        """Mask the secrets in JSON data, and every secret that was learned before."""
        self.learn(*secrets_in_json(value))
        redacted: JsonObject = self._secrets.redaction.value(mask_json(value))
        return redacted

    def learn(self, *secrets: str) -> None:
        """Mask secrets from now on, until `SECRETS_KEPT` others were seen later."""
        for secret in secrets:
            self._secrets.see(secret)

    def know(self, *secrets: str) -> None:
        """Mask secrets permanently."""
        self._secrets.know(secrets)


class JournalMiddleware:
    """Middleware that records every request except those to the control plane."""

    def __init__(
        self, app: ASGIApp, *, journal: Journal, now: Callable[[], float], skip: str
    ) -> None:
        """Wrap `app`. Paths that begin with `skip` are not recorded."""
        self._app = app
        self._journal = journal
        self._now = now
        self._skip = skip

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"} or scope["path"].startswith(self._skip):
            await self._app(scope, receive, send)
            return
        recording = _RequestRecording(
            receive, send, number=self._journal.next_number(), at=self._now()
        )
        try:
            await self._app(scope, recording.receive, recording.send)
        finally:
            self._journal.keep(recording.build_entry(scope))


class _RequestRecording:
    """Records the body of a request as it is received, and the status as it is sent."""

    def __init__(self, receive: Receive, send: Send, *, number: int, at: float) -> None:
        self._receive = receive
        self._send = send
        self._number = number
        self._at = at
        self._body = bytearray()
        self._length = 0
        self._status: int | None = None

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            part: bytes = message.get("body", b"")
            self._length += len(part)
            self._body += part if self._length <= _BODY_KEPT else b""
        return message

    async def send(self, message: Message) -> None:
        if is_start(message):
            self._status = message.get("status", 101)
        await self._send(message)

    def build_entry(self, scope: Scope) -> JournalEntry:
        headers = tuple(
            (name.decode("latin-1").lower(), value.decode("latin-1"))
            for name, value in scope["headers"]
        )
        return JournalEntry(
            number=self._number,
            at=self._at,
            method=scope.get("method", "GET"),
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            headers=headers,
            body=self._read_body(dict(headers).get("content-type", "")),
            status=self._status,
        )

    def _read_body(self, content_type: str) -> Json:
        # Counted as characters before it is parsed, because the parsed body could be too large.
        parts = sum(self._body.count(mark) for mark in b",[{&")
        if self._length > _BODY_KEPT or parts > _PARTS_KEPT:
            return _describe_omitted_body(self._length)
        return read_body(bytes(self._body), content_type)


def _describe_omitted_body(length: int) -> str:
    return f"({length} bytes, which is too much to keep)"
