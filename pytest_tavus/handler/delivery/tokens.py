"""OAuth 2 tokens, kept between calls.

Tavus caches a token per worker and refreshes it near its expiry [doc]. The store is a plain value
holder without locks: it is used from one event loop, and none of its methods waits.
"""

from __future__ import annotations

from msgspec import Struct


class TokenKey(Struct, frozen=True, kw_only=True):
    """Whose token it is."""

    token_url: str
    client_id: str
    scope: str | None = None


class Token(Struct, frozen=True, kw_only=True):
    """A bearer token."""

    value: str
    usable_until: float
    "Seconds, by the clock of the conversation. Infinite where the endpoint told no lifetime."

    def __repr__(self) -> str:
        return f"Token(usable_until={self.usable_until})"


class TokenStore:
    """The tokens of one conversation or of many, by whose they are."""

    def __init__(self) -> None:
        self._tokens: dict[TokenKey, Token] = {}

    def get(self, key: TokenKey, *, now: float) -> Token | None:
        """Return the token, unless there is none or its time is nearly over."""
        token = self._tokens.get(key)
        return token if token is not None and now < token.usable_until else None

    def put(self, key: TokenKey, token: Token) -> None:
        """Keep a token; the last one wins."""
        self._tokens[key] = token

    def drop(self, key: TokenKey, token: Token) -> None:
        """Forget this token. One that another call has fetched meanwhile is kept."""
        if self._tokens.get(key) is token:
            del self._tokens[key]
