"""Pending sign-in requests: signed, short-lived, and answered once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable

from msgspec import Struct, convert, to_builtins

from pytest_tavus.simulator.server.oauth.terms import TokenGenerator


class RequestRefused(Exception):  # noqa: N818 - an answer to a client, not something that went wrong
    """A request cannot be answered. The message is for the person at the page."""


class LoginRequest(Struct, frozen=True, kw_only=True, tag_field="kind", tag="login"):
    """The CLI asks for an API key."""

    callback: str
    state: str
    name: str


class AuthorizationRequest(Struct, frozen=True, kw_only=True, tag_field="kind", tag="oauth"):
    """A registered client asks for an authorization code."""

    client_id: str
    client_name: str | None
    scopes: tuple[str, ...]
    code_challenge: str
    redirect_uri: str
    redirect_uri_given: bool
    state: str | None


PendingRequest = LoginRequest | AuthorizationRequest


class _SignedRequest(Struct, frozen=True, kw_only=True):
    request: PendingRequest
    id: str
    until: float
    "Seconds since 1970."


class OneTimeRequests:
    """Signs requests, and accepts each of them once until it expires."""

    def __init__(self, *, now: Callable[[], float], generate_token: TokenGenerator) -> None:
        self._now = now
        self._generate_token = generate_token
        self._key = generate_token("signing").encode()
        self._answered: dict[str, float] = {}

    def sign(self, request: PendingRequest, *, seconds: float) -> str:
        """Return the request as URL-safe text that expires after `seconds`."""
        signed = _SignedRequest(
            request=request,
            id=self._generate_token("request"),
            until=self._now() + seconds,
        )
        packed = _encode(json.dumps(to_builtins(signed), separators=(",", ":")).encode())
        return f"{packed}.{self._signature(packed)}"

    def read(self, text: str) -> PendingRequest:
        """Return a request that can still be answered.

        Raises:
            RequestRefused: another server signed the request, it expired, or it was answered.
        """
        return self._read(text).request

    def answer(self, text: str) -> PendingRequest:
        """Return a request, and refuse it from now on.

        Raises:
            RequestRefused: for the reasons of `read`.
        """
        signed = self._read(text)
        now = self._now()
        self._answered = {key: until for key, until in self._answered.items() if until >= now}
        self._answered[signed.id] = signed.until
        return signed.request

    def proof(self, text: str, nonce: str) -> str:
        """Sign a request together with the nonce of the browser that was asked about it."""
        return self._signature(f"{nonce}:{text}")

    def proves(self, proof: str, *, text: str, nonce: str) -> bool:
        """Tell whether a proof matches the request and the browser."""
        return bool(nonce) and _is_equal(proof, self.proof(text, nonce))

    def _read(self, text: str) -> _SignedRequest:
        packed, _, signature = text.partition(".")
        if not _is_equal(signature, self._signature(packed)):
            raise RequestRefused("This request was not signed by this server.")
        signed = convert(json.loads(_decode(packed)), _SignedRequest)
        if signed.until < self._now():
            raise RequestRefused("This request is too old. Start again in your client.")
        if signed.id in self._answered:
            raise RequestRefused("This request was answered before. Start again in your client.")
        return signed

    def _signature(self, text: str) -> str:
        material = text.encode("utf-8", "surrogatepass")
        return _encode(hmac.digest(self._key, material, hashlib.sha256))


def _is_equal(left: str, right: str) -> bool:
    # Compared as text, because two Base64 spellings of the same bytes must not both be valid.
    return hmac.compare_digest(
        left.encode("utf-8", "surrogatepass"), right.encode("utf-8", "surrogatepass")
    )


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
