"""A participant's place in a room: what is on its way to them, and how much they may send.

Knows no WebSocket: messages go in at one end and are taken out, as text, at the other.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from sys import getsizeof
from typing import Any

from msgspec import Struct

from pytest_tavus.simulator.server.http.json_text import json_text
from pytest_tavus.simulator.server.options import ServerLimits

BURST_SECONDS = 2
"""What may be sent in so many seconds may also be sent at once."""


class Closing(Struct, frozen=True, kw_only=True):
    """Why the server closes a WebSocket, in the codes of RFC 6455."""

    code: int
    reason: str
    "At most 123 bytes."


OVER = Closing(code=1000, reason="the conversation has ended")


class MessageEncoder:
    """Writes app messages, each once: all participants of a room get the same object."""

    def __init__(self) -> None:
        self._last: Mapping[str, Any] | None = None
        self._text = ""

    def encode(self, message: Mapping[str, Any]) -> str:
        """Return a message as text."""
        if message is not self._last:
            self._last, self._text = message, json_text(message)
        return self._text


class SocketParticipant:
    """What is on its way to one participant."""

    def __init__(self, participant_id: str, *, limits: ServerLimits, texts: MessageEncoder) -> None:
        self.participant_id = participant_id
        self._limits = limits
        self._texts = texts
        self._waiting: deque[str] = deque()
        self.waiting_bytes = 0
        """What all that waits takes of memory."""
        self._woken = asyncio.Event()
        self._over = asyncio.Event()
        self._full = asyncio.Event()
        self._problem = ""

    def deliver(self, message: Mapping[str, Any]) -> None:
        """Take one app message. Who lets too much wait is given up, and gets no more of it."""
        if self._over.is_set() or self._full.is_set():
            return
        text = self._texts.encode(message)
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
        """Hear that the conversation is over. What is on its way still arrives."""
        self._over.set()
        self._woken.set()

    async def next(self) -> str | None:
        """Return the next message; `None` once there will be no more."""
        while not self._waiting:
            if self._over.is_set():
                return None
            self._woken.clear()
            await self._woken.wait()
        text = self._waiting.popleft()
        self.waiting_bytes -= getsizeof(text)
        return text

    async def wait_until_full(self) -> Closing:
        """Wait until the participant has let too much wait, and return what that means."""
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
    """How much a participant has sent of late."""

    def __init__(self, limits: ServerLimits, *, now: Callable[[], float]) -> None:
        self._now = now
        self._messages = _TokenBucket(limits.messages_per_second, now())
        self._bytes = _TokenBucket(limits.bytes_per_second, now())

    def take(self, size: int) -> Closing | None:
        """Count one message of `size` bytes; return what follows where it is one too many."""
        now = self._now()
        if not self._messages.take(1, now):
            return Closing(code=1008, reason=f"more than {self._messages.rate:g} messages a second")
        if not self._bytes.take(size, now):
            return Closing(code=1008, reason=f"more than {self._bytes.rate:g} bytes a second")
        return None


class _TokenBucket:
    """Grows with time up to a bound, and shrinks by what is taken."""

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
