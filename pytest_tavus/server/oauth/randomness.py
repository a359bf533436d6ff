"""Tokens nobody can guess, or the same ones for the same seed: always an argument."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections import Counter
from collections.abc import Callable

FreshToken = Callable[[str], str]
"""Gives a new token of a kind (``access``, ``code``, ...): 256 bits, safe in a URL."""


def unguessable(kind: str) -> str:
    """Return a token from the operating system's randomness. The kind does not matter."""
    del kind
    return secrets.token_urlsafe(32)


def seeded(seed: int) -> FreshToken:
    """Return a source that gives the same tokens for the same seed, kind by kind.

    For runs that must be reproducible. Whoever knows the seed knows every token.
    """
    given: Counter[str] = Counter()

    def fresh(kind: str) -> str:
        given[kind] += 1
        material = f"{seed}\0{kind}\0{given[kind]}".encode()
        digest = hashlib.blake2b(material, digest_size=32).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    return fresh


def digest(token: str) -> str:
    """Return what is kept of a token: enough to know it again, and not to use it."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
