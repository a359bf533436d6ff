"""Issues, validates and revokes codes and tokens. No HTTP.

Tokens are stored as hashes. A session is one sign-in with all of its tokens. It does not expire; it
ends when it is revoked, or when a refresh token is used again too late [client].
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from pytest_tavus.simulator.server.oauth.terms import OAuthTerms, TokenGenerator, digest


class AuthorizationGrant(Struct, frozen=True, kw_only=True):
    """The access that a person approved."""

    client_id: str
    scopes: tuple[str, ...]
    resource: str
    code_challenge: str
    redirect_uri: str
    redirect_uri_given: bool
    "Whether the client named the callback itself. Then it must repeat the callback with its code."


class SignInSession(Struct):
    """One sign-in. Its tokens are valid while it is open."""

    grant: AuthorizationGrant
    open: bool = True


class Access(Struct, frozen=True, kw_only=True):
    """The record of an access token, stored under its hash."""

    session: SignInSession
    scopes: tuple[str, ...]
    until: float
    "Seconds since 1970."


class Refresh(Struct):
    """The record of a refresh token, stored under its hash."""

    session: SignInSession
    first_used: float | None = None
    "Seconds since 1970."


class TokenPair(Struct, frozen=True, kw_only=True):
    """New tokens for a client, in clear. They are stored as hashes only."""

    access: str
    refresh: str
    scopes: tuple[str, ...]


class Sessions:
    """Every code and token that is still valid."""

    def __init__(
        self, *, terms: OAuthTerms, now: Callable[[], float], generate_token: TokenGenerator
    ) -> None:
        self._terms = terms
        self._now = now
        self._generate_token = generate_token
        self._codes: dict[str, tuple[AuthorizationGrant, float]] = {}
        self._redeemed: dict[str, SignInSession] = {}
        "The open sessions, by the hash of the code that opened them."

        self._access: dict[str, Access] = {}
        self._refresh: dict[str, Refresh] = {}

    def issue_code(self, grant: AuthorizationGrant) -> str:
        """Return a new authorization code. It is valid once, and for `code_seconds`."""
        code, now = self._generate_token("code"), self._now()
        self._codes = {key: kept for key, kept in self._codes.items() if kept[1] >= now}
        self._codes[digest(code)] = (grant, now + self._terms.code_seconds)
        return code

    def find_grant(self, code: str) -> AuthorizationGrant | None:
        """Return the grant of a code; `None` if the code is unknown, used or expired.

        A second use ends the session, because the code may be stolen (RFC 6749, 4.1.2).
        """
        opened = self._redeemed.get(digest(code))
        if opened is not None:
            self.end(opened)
        grant, until = self._codes.get(digest(code), (None, 0.0))
        return grant if until >= self._now() else None

    def redeem(self, code: str) -> TokenPair | None:
        """Open a session with a code; `None` if the code is not valid. The code expires."""
        grant = self.find_grant(code)
        self._codes.pop(digest(code), None)
        if grant is None:
            return None
        session = self._redeemed[digest(code)] = SignInSession(grant)
        return self._issue_pair(session, grant.scopes)

    def find_access(self, token: str) -> Access | None:
        """Return the record of an access token; `None` if the token is not valid."""
        found = self._access.get(digest(token))
        if found is None or not found.session.open or found.until < self._now():
            return None
        return found

    def find_refresh(self, token: str) -> Refresh | None:
        """Return the record of a refresh token; `None` if its session is not open."""
        found = self._refresh.get(digest(token))
        return None if found is None or not found.session.open else found

    def rotate(self, token: str, scopes: tuple[str, ...]) -> TokenPair | None:
        """Return new tokens for a refresh token; `None` if the token is not valid.

        A use after `refresh_grace` ends the session, because the token may be stolen [client].
        """
        found, now = self.find_refresh(token), self._now()
        if found is None:
            return None
        if found.first_used is None:
            found.first_used = now
        elif now - found.first_used > self._terms.refresh_grace:
            self.end(found.session)
            return None
        return self._issue_pair(found.session, scopes)

    def revoke(self, token: str, client_id: str) -> bool:
        """End the session of a client's own token; return `False` if there was none."""
        known = self._access.get(digest(token)) or self._refresh.get(digest(token))
        if known is None or known.session.grant.client_id != client_id:
            return False
        self.end(known.session)
        return True

    def end(self, session: SignInSession) -> None:
        """Revoke every token of a session."""
        session.open = False
        self._redeemed = {key: kept for key, kept in self._redeemed.items() if kept.open}
        self._refresh = {key: kept for key, kept in self._refresh.items() if kept.session.open}
        self._drop_dead_access()

    def _issue_pair(self, session: SignInSession, scopes: tuple[str, ...]) -> TokenPair:
        pair = TokenPair(
            access=self._generate_token("access"),
            refresh=self._generate_token("refresh"),
            scopes=scopes,
        )
        self._drop_dead_access()
        self._access[digest(pair.access)] = Access(
            session=session, scopes=scopes, until=self._now() + self._terms.access_seconds
        )
        self._refresh[digest(pair.refresh)] = Refresh(session)
        return pair

    def _drop_dead_access(self) -> None:
        now = self._now()
        self._access = {
            key: kept
            for key, kept in self._access.items()
            if kept.session.open and kept.until >= now
        }
