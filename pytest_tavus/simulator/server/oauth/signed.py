"""Requests that wait for a person's answer: signed, short-lived, and answered once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

from pytest_tavus.simulator.server.oauth.terms import TokenGenerator


class RequestRefused(Exception):  # noqa: N818 - an answer to a client, not something that went wrong
    """A request cannot be answered. The text says why, in words for the person at the page."""


class OneTimeRequests:
    """Signs requests, and knows its own again until they are answered or too old."""

    def __init__(self, *, now: Callable[[], float], fresh: TokenGenerator) -> None:
        self._now = now
        self._generate_token = fresh
        self._key = fresh("signing").encode()
        self._answered: dict[str, float] = {}

    def sign(self, fields: Mapping[str, Any], *, seconds: float) -> str:
        """Return the request as text that is safe in a URL and holds for that many seconds."""
        kept = {
            "fields": dict(fields),
            "id": self._generate_token("request"),
            "until": self._now() + seconds,
        }
        packed = _encode(json.dumps(kept, separators=(",", ":")).encode())
        return f"{packed}.{self._signature(packed)}"

    def read(self, text: str) -> dict[str, Any]:
        """Return the fields of a request that can still be answered.

        Raises:
            RequestRefused: It was not signed here, is too old, or was answered before.
        """
        fields: dict[str, Any] = self._read(text)["fields"]
        return fields

    def answer(self, text: str) -> dict[str, Any]:
        """Return the fields of a request, and let it not be answered again.

        Raises:
            RequestRefused: As `read`.
        """
        kept = self._read(text)
        now = self._now()
        self._answered = {key: until for key, until in self._answered.items() if until >= now}
        self._answered[kept["id"]] = kept["until"]
        fields: dict[str, Any] = kept["fields"]
        return fields

    def proof(self, text: str, nonce: str) -> str:
        """Return what shows that a page of ours asked about this request in the nonce's browser."""
        return self._signature(f"{nonce}:{text}")

    def proves(self, proof: str, *, text: str, nonce: str) -> bool:
        """Tell whether a proof is of this request and this browser."""
        return bool(nonce) and _is_equal(proof, self.proof(text, nonce))

    def _read(self, text: str) -> dict[str, Any]:
        packed, _, signature = text.partition(".")
        if not _is_equal(signature, self._signature(packed)):
            raise RequestRefused("This request was not signed by this server.")
        kept: dict[str, Any] = json.loads(_decode(packed))
        if kept["until"] < self._now():
            raise RequestRefused("This request is too old. Start again in your client.")
        if kept["id"] in self._answered:
            raise RequestRefused("This request was answered before. Start again in your client.")
        return kept

    def _signature(self, text: str) -> str:
        material = text.encode("utf-8", "surrogatepass")
        return _encode(hmac.digest(self._key, material, hashlib.sha256))


def _is_equal(left: str, right: str) -> bool:
    """Compare as text: two spellings of the same bytes are two signatures."""
    return hmac.compare_digest(
        left.encode("utf-8", "surrogatepass"), right.encode("utf-8", "surrogatepass")
    )


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
