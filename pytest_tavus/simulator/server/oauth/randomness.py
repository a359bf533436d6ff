"""Tokens nobody can guess: where they come from is always an argument."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable

FreshToken = Callable[[str], str]
"""Gives a new token of a kind (``access``, ``code``, ...): 256 bits, safe in a URL."""


def unguessable(kind: str) -> str:
    """Return a token from the operating system's randomness. The kind does not matter."""
    del kind
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return what is kept of a token: enough to know it again, and not to use it."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
