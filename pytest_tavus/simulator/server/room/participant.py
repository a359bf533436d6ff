"""One participant of a room: the queue of messages to them, and the limit of their own messages.

Knows no WebSocket: the conversation delivers messages, and the endpoint takes them out as text.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from sys import getsizeof

from msgspec import Struct

from pytest_tavus.simulator.server.http.json_text import json_text
from pytest_tavus.simulator.server.options import ServerLimits

BURST_SECONDS = 2
"""A burst may hold as many messages and bytes as this many seconds allow."""


class Closing(Struct, frozen=True, kw_only=True):
    """Why the server closes a WebSocket, with a code of RFC 6455."""

    code: int
    reason: str
    "At most 123 bytes, the limit of RFC 6455."


OVER = Closing(code=1000, reason="the conversation has ended")


class MessageEncoder:
    """Encodes app messages, and caches the last one.

    All participants of a room get the same object, so each message is encoded once.
    """

    def __init__(self) -> None:
        self._last: Mapping[str, object] | None = None
        self._text = ""

    def encode(self, message: Mapping[str, object]) -> str:
        if message is not self._last:
            self._last, self._text = message, json_text(message)
        return self._text


class SocketParticipant:
    """Queues messages to one participant, within the limits of the server."""

    def __init__(
        self, participant_id: str, *, limits: ServerLimits, encoder: MessageEncoder
    ) -> None:
        self.participant_id = participant_id
        self._limits = limits
        self._encoder = encoder
        self._waiting: deque[str] = deque()
        self.waiting_bytes = 0
        """The memory that the queued messages take."""
        self._woken = asyncio.Event()
        self._over = asyncio.Event()
        self._full = asyncio.Event()
        self._problem = ""

    def deliver(self, message: Mapping[str, object]) -> None:
        """Queue an app message. Beyond a limit, drop the queue and accept nothing more."""
        if self._over.is_set() or self._full.is_set():
            return
        text = self._encoder.encode(message)
        problem = self._check_backlog(text)
        if problem is not None:
            self._problem = problem
            self._waiting.clear()
            self.waiting_bytes = 0
            self._full.set()
            return
        self._waiting.append(text)
        self.waiting_bytes += getsizeof(text)
        self._woken.set()

    def dismiss(self) -> None:
        """End the queue after the messages that it holds."""
        self._over.set()
        self._woken.set()

    async def next(self) -> str | None:
        """Wait for the next message; `None` after the end of the conversation."""
        while not self._waiting:
            if self._over.is_set():
                return None
            self._woken.clear()
            await self._woken.wait()
        text = self._waiting.popleft()
        self.waiting_bytes -= getsizeof(text)
        return text

    async def wait_until_full(self) -> Closing:
        """Wait until the queue exceeds a limit, and return the reason for closing."""
        await self._full.wait()
        return Closing(code=1008, reason=self._problem)

    def _check_backlog(self, text: str) -> str | None:
        limits = self._limits
        if len(self._waiting) >= limits.waiting_messages:
            return f"{limits.waiting_messages} messages are waiting and are not read"
        if self._waiting and self.waiting_bytes + getsizeof(text) > limits.waiting_bytes:
            return f"{limits.waiting_bytes} bytes are waiting and are not read"
        return None


class Meter:
    """Limits the rate at which one participant sends messages and bytes."""

    def __init__(self, limits: ServerLimits, *, now: Callable[[], float]) -> None:
        self._now = now
        self._messages = _TokenBucket(limits.messages_per_second, now())
        self._bytes = _TokenBucket(limits.bytes_per_second, now())

    def take(self, size: int) -> Closing | None:
        """Count one message of `size` bytes; return why to close if it exceeds a rate."""
        now = self._now()
        if not self._messages.take(1, now):
            return Closing(code=1008, reason=f"more than {self._messages.rate:g} messages a second")
        if not self._bytes.take(size, now):
            return Closing(code=1008, reason=f"more than {self._bytes.rate:g} bytes a second")
        return None


class _TokenBucket:
    def __init__(self, rate: float, now: float) -> None:
        self.rate = rate
        self._tokens = rate * BURST_SECONDS
        self._updated_at = now

    def take(self, amount: float, now: float) -> bool:
        grown = self._tokens + (now - self._updated_at) * self.rate
        self._tokens, self._updated_at = min(grown, self.rate * BURST_SECONDS), now
        if amount > self._tokens:
            return False
        self._tokens -= amount
        return True
