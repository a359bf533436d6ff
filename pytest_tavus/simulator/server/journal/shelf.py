"""The bounded storage of a journal: its texts, and the secrets that it masks."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Collection, Iterable

from pytest_tavus.json_data import JsonObject
from pytest_tavus.trace.redaction.redact import Redaction, Secret

SECRETS_KEPT = 128
"""Learned secrets that are masked at any position, because each costs a search. The secrets that
were not seen for the longest time are forgotten, and then masked in their own position only."""

_KEY = "key"
"""The name of a permanent secret in its mask."""


class BoundedBuffer:
    """JSON texts, bounded in number and in bytes; the oldest are dropped first."""

    def __init__(self, longest: int, most_bytes: int) -> None:
        self._texts: deque[bytes] = deque()
        self._longest = longest
        self._most_bytes = most_bytes
        self._bytes = 0

    def add(self, text: bytes) -> None:
        self._texts.append(text)
        self._bytes += len(text)
        while len(self._texts) > self._longest or self._bytes > self._most_bytes:
            self._bytes -= len(self._texts.popleft())

    def rows(self) -> list[JsonObject]:
        """Parse the texts, the oldest first."""
        return [json.loads(text) for text in self._texts]

    def clear(self) -> None:
        self._texts.clear()
        self._bytes = 0


class KnownSecrets:
    """The secrets of a journal: permanent secrets, and those that were seen recently."""

    def __init__(self, permanent: Collection[str]) -> None:
        self._permanent = dict.fromkeys(permanent)
        self._recent: dict[str, None] = {}
        self.redaction = self._build_redaction()

    def know(self, secrets: Iterable[str]) -> None:
        """Mask secrets permanently."""
        for secret in secrets:
            self._permanent[secret] = None
            self.redaction.learn(secret, _KEY)

    def see(self, secret: str) -> None:
        """Mask a secret until `SECRETS_KEPT` others were seen later."""
        if secret in self._permanent:
            return
        self._recent.pop(secret, None)
        self._recent[secret] = None
        if len(self._recent) > SECRETS_KEPT:
            # A redaction cannot forget, so it is rebuilt; dropping half at once makes that rare.
            self._recent = dict.fromkeys(tuple(self._recent)[-SECRETS_KEPT // 2 :])
            self.redaction = self._build_redaction()
        else:
            self.redaction.learn(secret)

    def _build_redaction(self) -> Redaction:
        redaction = Redaction(Secret(_KEY, secret) for secret in self._permanent)
        for secret in self._recent:
            redaction.learn(secret)
        return redaction
