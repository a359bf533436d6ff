"""What a journal keeps, bounded: texts by number and bytes, and the secrets that it looks for."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Collection, Iterable
from typing import Any

from pytest_tavus.trace.redaction.redact import Redaction, Secret

SECRETS_KEPT = 128
"""Learned secrets that are looked for everywhere, which takes time for each; those that were not
seen for the longest time are given up, and only masked where they stand."""


_KEY = "key"
"""What a mask calls a secret that is known for good."""


class BoundedBuffer:
    """JSON texts, bounded in number and in bytes; the oldest go first."""

    def __init__(self, longest: int, most_bytes: int) -> None:
        self._texts: deque[bytes] = deque()
        self._longest = longest
        self._most_bytes = most_bytes
        self._bytes = 0

    def add(self, text: bytes) -> None:
        """Keep a text, and give up the oldest beyond what is kept."""
        self._texts.append(text)
        self._bytes += len(text)
        while len(self._texts) > self._longest or self._bytes > self._most_bytes:
            self._bytes -= len(self._texts.popleft())

    def rows(self) -> list[dict[str, Any]]:
        """Return what the texts say, the oldest first."""
        return [json.loads(text) for text in self._texts]

    def clear(self) -> None:
        """Forget every text."""
        self._texts.clear()
        self._bytes = 0


class KnownSecrets:
    """What is known to be secret: some of it for good, and what was seen of late."""

    def __init__(self, for_good: Collection[str]) -> None:
        self._permanent = dict.fromkeys(for_good)
        self._recent: dict[str, None] = {}
        self.redaction = self._build_redaction()

    def know(self, secrets: Iterable[str]) -> None:
        """Look for these for good."""
        for secret in secrets:
            self._permanent[secret] = None
            self.redaction.learn(secret, _KEY)

    def see(self, secret: str) -> None:
        """Look for a secret until many others were seen later."""
        if secret in self._permanent:
            return
        self._recent.pop(secret, None)
        self._recent[secret] = None
        if len(self._recent) > SECRETS_KEPT:
            # Half at once: a redaction cannot forget, and is made again from what is left.
            self._recent = dict.fromkeys(tuple(self._recent)[-SECRETS_KEPT // 2 :])
            self.redaction = self._build_redaction()
        else:
            self.redaction.learn(secret)

    def _build_redaction(self) -> Redaction:
        redaction = Redaction(Secret(_KEY, secret) for secret in self._permanent)
        for secret in self._recent:
            redaction.learn(secret)
        return redaction
