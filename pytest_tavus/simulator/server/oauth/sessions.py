"""Codes, sessions and tokens: what is given, what it is good for, and when it ends. No HTTP.

Tokens are kept as hashes. A session is one sign-in and all the tokens that came of it; it does not
expire by itself, and ends when it is revoked or when a refresh token comes back too late [client].
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from pytest_tavus.simulator.server.oauth.terms import OAuthTerms, TokenGenerator, digest


class AuthorizationGrant(Struct, frozen=True, kw_only=True):
    """What a person agreed to."""

    client_id: str
    scopes: tuple[str, ...]
    resource: str
    code_challenge: str
    redirect_uri: str
    redirect_uri_given: bool
    "Whether the client named the callback itself, and so must name it again for its code."


class SignInSession(Struct):
    """One sign-in. Its tokens are good for as long as it is open."""

    grant: AuthorizationGrant
    open: bool = True


class Access(Struct, frozen=True, kw_only=True):
    """An access token, without the token."""

    session: SignInSession
    scopes: tuple[str, ...]
    until: float
    "Seconds since 1970."


class Refresh(Struct):
    """A refresh token, without the token."""

    session: SignInSession
    first_used: float | None = None
    "Seconds since 1970."


class TokenPair(Struct, frozen=True, kw_only=True):
    """New tokens: the one place where they are not hashes, on their way to the client."""

    access: str
    refresh: str
    scopes: tuple[str, ...]


class Sessions:
    """Every code and token that was given and still means something."""

    def __init__(
        self, *, terms: OAuthTerms, now: Callable[[], float], fresh: TokenGenerator
    ) -> None:
        self._terms = terms
        self._now = now
        self._generate_token = fresh
        self._codes: dict[str, tuple[AuthorizationGrant, float]] = {}
        self._redeemed: dict[str, SignInSession] = {}
        "What used codes have opened, as long as it is open."

        self._access: dict[str, Access] = {}
        self._refresh: dict[str, Refresh] = {}

    def issue_code(self, grant: AuthorizationGrant) -> str:
        """Return a new authorization code, good once and for a short time."""
        code, now = self._generate_token("code"), self._now()
        self._codes = {key: kept for key, kept in self._codes.items() if kept[1] >= now}
        self._codes[digest(code)] = (grant, now + self._terms.code_seconds)
        return code

    def find_grant(self, code: str) -> AuthorizationGrant | None:
        """Return what a code stands for, or `None` when it is unknown, used or too old.

        A code that comes back after its use was stolen, so it ends its session (RFC 6749, 4.1.2).
        """
        opened = self._redeemed.get(digest(code))
        if opened is not None:
            self.end(opened)
        grant, until = self._codes.get(digest(code), (None, 0.0))
        return grant if until >= self._now() else None

    def redeem(self, code: str) -> TokenPair | None:
        """Open a session with a code, which is worth nothing from now on."""
        grant = self.find_grant(code)
        self._codes.pop(digest(code), None)
        if grant is None:
            return None
        session = self._redeemed[digest(code)] = SignInSession(grant)
        return self._issue_pair(session, grant.scopes)

    def find_access(self, token: str) -> Access | None:
        """Return what an access token is good for, or `None` when it is good for nothing."""
        found = self._access.get(digest(token))
        if found is None or not found.session.open or found.until < self._now():
            return None
        return found

    def find_refresh(self, token: str) -> Refresh | None:
        """Return the state of a refresh token of an open session."""
        found = self._refresh.get(digest(token))
        return None if found is None or not found.session.open else found

    def rotate(self, token: str, scopes: tuple[str, ...]) -> TokenPair | None:
        """Give new tokens for a refresh token; `None` where it is good for nothing.

        A token that comes back after its time of grace was stolen, from the client or by it, so it
        ends the session [client].
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
        """End the session that a client's own token is of, and tell whether there was one."""
        known = self._access.get(digest(token)) or self._refresh.get(digest(token))
        if known is None or known.session.grant.client_id != client_id:
            return False
        self.end(known.session)
        return True

    def end(self, session: SignInSession) -> None:
        """Make every token of a session worthless."""
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
