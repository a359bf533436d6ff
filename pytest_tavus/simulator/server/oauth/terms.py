"""The time limits of the sign-in, and its connections to the rest of the server."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping

from msgspec import Struct

TokenGenerator = Callable[[str], str]
"""Returns a new token of a kind (``access``, ``code``, ...): 256 bits, safe in a URL."""


def generate_token(kind: str) -> str:
    """Return a random token."""
    del kind  # only seeded generators distinguish kinds
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Hash a token for storage."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


Note = Callable[[str, Mapping[str, object]], None]
"""Records an event in the journal, by name and with JSON data that hold no secret."""


class OAuthTerms(Struct, frozen=True, kw_only=True):
    """Lifetimes in seconds, scopes and approval."""

    access_seconds: float = 900.0
    "The lifetime of an access token: 15 minutes [client]."

    refresh_grace: float = 60.0
    "How long after its first use a refresh token may be used again [client]."

    code_seconds: float = 60.0
    "The lifetime of an authorization code: short [client]; the value is [inferred]."

    request_seconds: float = 600.0
    "The lifetime of a signed request that waits for an answer on the page [inferred]."

    scopes: tuple[str, ...] = ("mcp",)
    "The scopes that a token must have. Tavus's own names are unknown, so these are [inferred]."

    auto_approve: bool = False
    "Approve without a question, for clients that run without a person."

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
    """The parts of the server that the sign-in uses: address, keys, clock and journal."""

    base_url: str
    "Scheme, host and port, without a slash at the end: ``http://127.0.0.1:8123``. The issuer."

    issue_key: Callable[[], str]
    "Issues an API key for a person who signs in, as the portal does [client]."

    accepts_key: Callable[[str], bool]
    "Tells whether a bearer token is an API key of the account."

    now: Callable[[], float]
    "Seconds since 1970, by the account's clock."

    generate_token: TokenGenerator
    note: Note

    @property
    def resource(self) -> str:
        """The address of the MCP endpoint, which is the audience of the tokens."""
        return f"{self.base_url}/mcp"

    @property
    def page(self) -> str:
        """The address of the portal's page."""
        return f"{self.base_url}{PAGE_PATH}"


PAGE_PATH = "/dev/cli-authorize"
"""The path of the developer portal's page, for the login of the CLI and for OAuth [client]."""
