"""What was asked of the server: the last requests, without the secrets in them.

Redaction happens before anything is kept. A secret is known by where it stands, and from then on
wherever else it turns up, in whatever encoding.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from msgspec import Struct, convert
from msgspec.structs import asdict, replace
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
"""Requests and notes together; the oldest are given up."""

_BODY_KEPT = 65_536
_PARTS_KEPT = 4_000
"""Values of one body, about: every secret is looked for in each."""

_STRANGERS = 401


class JournalEntry(Struct, frozen=True, kw_only=True):
    """One request, or the handshake of a WebSocket."""

    number: int
    "Counted from 1, in the order in which requests came."

    at: float
    "Seconds by the server's clock."

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: Any
    "JSON data, of a form too; a remark in its place where it is neither."

    status: int | None
    "`None`: the connection ended without an answer."


class Journal:
    """The last requests, oldest first, and what doors noted beside them.

    Both are kept as text: as objects they would take many times their size.
    """

    def __init__(
        self, *, secrets: Collection[str], longest: int = 1000, most_bytes: int = JOURNAL_BYTES
    ) -> None:
        """Keep nothing where `most_bytes` is 0."""
        self.keeps = most_bytes > 0
        self._entries = BoundedBuffer(longest, most_bytes // 2)
        self._notes = BoundedBuffer(longest, most_bytes // 2)
        self._secrets = KnownSecrets(secrets)
        self._count = 0

    def __iter__(self) -> Iterator[JournalEntry]:
        return (convert(row, JournalEntry) for row in self._entries.rows())

    def as_json(self) -> dict[str, Any]:
        """Return the journal as JSON data; `total_count` counts what is no longer kept as well."""
        return {
            "total_count": self._count,
            "data": self._entries.rows(),
            "notes": self._notes.rows(),
        }

    def note(self, name: str, data: Mapping[str, Any]) -> None:
        """Keep what a door says has happened."""
        if self.keeps:
            told = json_bytes({"name": name, **self.redact(dict(data))})
            if len(told) > _BODY_KEPT:
                told = json_bytes({"name": name, "problem": _describe_omitted_body(len(told))})
            self._notes.add(told)

    def clear(self) -> None:
        """Forget every request. Secrets stay known: they may turn up again."""
        self._entries.clear()
        self._notes.clear()
        self._count = 0

    def next_number(self) -> int:
        """Return the number of a request that has come in."""
        self._count += 1
        return self._count

    def keep(self, entry: JournalEntry) -> None:
        """Keep one request, redacted; of a stranger's nothing but what it was for."""
        if entry.status == _STRANGERS:
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

    def redact(self, value: Any) -> Any:
        """Return JSON data without their secrets, and without any that is known by now."""
        self.learn(*secrets_in_json(value))
        return self._secrets.redaction.value(mask_json(value))

    def learn(self, *secrets: str) -> None:
        """Know secrets from now on, until many others were seen later."""
        for secret in secrets:
            self._secrets.see(secret)

    def know(self, *secrets: str) -> None:
        """Know secrets for good."""
        self._secrets.know(secrets)


class JournalMiddleware:
    """Writes down every request that passes, but for those to the control plane."""

    def __init__(
        self, app: ASGIApp, *, journal: Journal, now: Callable[[], float], skip: str
    ) -> None:
        """Watch `app`; paths that begin with `skip` are not written down."""
        self._app = app
        self._journal = journal
        self._now = now
        self._skip = skip

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and keep what it was and what it was answered with."""
        if scope["type"] not in {"http", "websocket"} or scope["path"].startswith(self._skip):
            await self._app(scope, receive, send)
            return
        seen = _PassingRequest(receive, send, number=self._journal.next_number(), at=self._now())
        try:
            await self._app(scope, seen.receive, seen.send)
        finally:
            self._journal.keep(seen.entry(scope))


class _PassingRequest:
    """One request as it passes: its body on the way in, its status on the way out."""

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

    def entry(self, scope: Scope) -> JournalEntry:
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

    def _read_body(self, content_type: str) -> Any:
        parts = sum(self._body.count(mark) for mark in b",[{&")
        if self._length > _BODY_KEPT or parts > _PARTS_KEPT:
            return _describe_omitted_body(self._length)
        return read_body(bytes(self._body), content_type)


def _describe_omitted_body(length: int) -> str:
    return f"({length} bytes, which is too much to keep)"
