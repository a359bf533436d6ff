"""What the simulated sign-in runs on: its terms as data, and what it is given."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

TokenGenerator = Callable[[str], str]
"""Gives a new token of a kind (``access``, ``code``, ...): 256 bits, safe in a URL."""


def generate_token(kind: str) -> str:
    """Return a token from the operating system's randomness. The kind does not matter."""
    del kind
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return what is kept of a token: enough to know it again, and not to use it."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


Note = Callable[[str, Mapping[str, Any]], None]
"""Takes down what happened, by a name and with JSON data. It is never given a secret."""


class OAuthTerms(Struct, frozen=True, kw_only=True):
    """How long things hold and who may have them."""

    access_seconds: float = 900.0
    "An access token: 15 minutes [client]."

    refresh_grace: float = 60.0
    "Seconds after its first use in which a refresh token may be used again [client]."

    code_seconds: float = 60.0
    "An authorization code: short-lived [client], how short is [inferred]."

    request_seconds: float = 600.0
    "A signed request that waits for an answer on the page [inferred]."

    scopes: tuple[str, ...] = ("mcp",)
    "What a token must have. Tavus's own names are unknown, so these are [inferred]."

    auto_approve: bool = False
    "Answer the page's question at once. Only for clients that no person sits in front of."

    def __post_init__(self) -> None:
        for name in ("access_seconds", "refresh_grace", "code_seconds", "request_seconds"):
            if getattr(self, name) <= 0:
                message = (
                    f"{name}: expected a positive number of seconds, found {getattr(self, name)!r}"
                )
                raise ValueError(message)
        if not self.scopes:
            raise ValueError("scopes: expected at least one name of a scope, found none")


class OAuthContext(Struct, frozen=True, kw_only=True):
    """What is around the sign-in: the address, the account's keys and clock, the journal."""

    base_url: str
    "Scheme, host and port, without a slash at the end: ``http://127.0.0.1:8123``. The issuer."

    issue_key: Callable[[], str]
    "Makes up an API key for a person who signs in: the portal mints one for each [client]."

    accepts_key: Callable[[str], bool]
    "Whether a bearer token is an API key of this account."

    now: Callable[[], float]
    "Seconds since 1970, by the account's clock."

    generate_token: TokenGenerator
    note: Note

    @property
    def resource(self) -> str:
        """The MCP endpoint, as clients and tokens name it."""
        return f"{self.base_url}/mcp"

    @property
    def page(self) -> str:
        """The page of the developer portal that asks whether to sign in."""
        return f"{self.base_url}{PAGE_PATH}"


PAGE_PATH = "/dev/cli-authorize"
"""Where the developer portal asks: in the browser sign-in of the CLI and in OAuth [client]."""
