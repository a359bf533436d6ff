"""The sign-in as the MCP SDK wants it: its questions, answered from our sessions.

The SDK reads the wall clock where it looks at an expiry. What it is handed here never expires by
that clock: whether a code or token is too old was settled before, on the account's.
"""

from __future__ import annotations

import math
from urllib.parse import urlencode

from mcp.server.auth.provider import (
    AccessToken,
    AuthorizationCode,
    AuthorizationParams,
    AuthorizeError,
    OAuthAuthorizationServerProvider,
    RefreshToken,
    RegistrationError,
    TokenError,
)
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken
from pydantic import AnyUrl

from pytest_tavus.simulator.server.oauth.clients import Clients, loopback_fault, require_small
from pytest_tavus.simulator.server.oauth.sessions import AuthorizationGrant, Sessions, TokenPair
from pytest_tavus.simulator.server.oauth.signed import OneTimeRequests
from pytest_tavus.simulator.server.oauth.terms import OAuthContext, OAuthTerms

KEY_CLIENT = "api-key"
"""The client of a bearer token that is an API key. No registered client has this name."""


class SignIn(OAuthAuthorizationServerProvider[AuthorizationCode, RefreshToken, AccessToken]):
    """Clients, and what they may have."""

    def __init__(self, around: OAuthContext, terms: OAuthTerms) -> None:
        self.context = around
        self.terms = terms
        self._clients = Clients()
        self.end_all()

    def end_all(self) -> None:
        """Begin without a session, a code or a request that waits. Clients stay registered."""
        self.requests = OneTimeRequests(now=self.context.now, fresh=self.context.generate_token)
        self.sessions = Sessions(
            terms=self.terms, now=self.context.now, fresh=self.context.generate_token
        )

    async def get_client(self, client_id: str) -> OAuthClientInformationFull | None:
        """Return a client that registered."""
        return self._clients.get(client_id)

    async def register_client(self, client_info: OAuthClientInformationFull) -> None:
        """Take in a client whose callbacks all stay on this machine.

        The SDK answers with this very object, and has put ids and times of its own into it; they
        are replaced by the account's.

        Raises:
            RegistrationError: A callback is not a loopback one, or the registration is too large.
        """
        require_small(client_info)
        callbacks = [str(uri) for uri in client_info.redirect_uris or ()]
        for callback in callbacks:
            if (fault := loopback_fault(callback)) is not None:
                self.context.note("oauth_register_rejected", {"redirect_uris": callbacks})
                raise RegistrationError(
                    "invalid_redirect_uri",
                    f"A callback must be a loopback address, and {callback!r} is not: {fault}.",
                )
        client_info.client_id = self.context.generate_token("client")
        client_info.client_id_issued_at = int(self.context.now())
        if client_info.client_secret is not None:
            client_info.client_secret = self.context.generate_token("client_secret")
        self._clients.add(client_info.client_id, client_info)

    async def authorize(
        self, client: OAuthClientInformationFull, params: AuthorizationParams
    ) -> str:
        """Return the address of the page that asks, with the request in signed form.

        Raises:
            AuthorizeError: The token is wanted for another server than this one.
        """
        if params.resource is not None and not self.is_ours(params.resource):
            raise AuthorizeError("invalid_target", f"This server is {self.context.resource}.")
        signed = self.requests.sign(
            {
                "kind": "oauth",
                "client_id": client.client_id,
                "client_name": client.client_name,
                "scopes": params.scopes or list(self.terms.scopes),
                "code_challenge": params.code_challenge,
                "redirect_uri": str(params.redirect_uri),
                "redirect_uri_given": params.redirect_uri_provided_explicitly,
                "state": params.state,
            },
            seconds=self.terms.request_seconds,
        )
        return f"{self.context.page}?{urlencode({'mode': 'oauth', 'request': signed})}"

    async def load_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: str
    ) -> AuthorizationCode | None:
        """Return what a code stands for."""
        del client  # the SDK compares it with the grant's
        grant = self.sessions.find_grant(authorization_code)
        return None if grant is None else _code(grant, authorization_code)

    async def exchange_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: AuthorizationCode
    ) -> OAuthToken:
        """Give the first tokens of a session.

        Raises:
            TokenError: The code was used a moment ago.
        """
        self._clients.sign_in(client.client_id or "")
        return self._token(self.sessions.redeem(authorization_code.code), "authorization code")

    async def load_refresh_token(
        self, client: OAuthClientInformationFull, refresh_token: str
    ) -> RefreshToken | None:
        """Return what a refresh token is good for."""
        del client  # the SDK compares it with the grant's
        found = self.sessions.find_refresh(refresh_token)
        if found is None:
            return None
        grant = found.session.grant
        return RefreshToken(
            token=refresh_token, client_id=grant.client_id, scopes=list(grant.scopes)
        )

    async def exchange_refresh_token(
        self, client: OAuthClientInformationFull, refresh_token: RefreshToken, scopes: list[str]
    ) -> OAuthToken:
        """Give the next tokens of a session.

        Raises:
            TokenError: The refresh token was used too long ago; its session has ended.
        """
        del client  # authenticated, and the token is its own
        pair = self.sessions.rotate(refresh_token.token, tuple(scopes))
        return self._token(pair, "refresh token")

    async def load_access_token(self, token: str) -> AccessToken | None:
        """Return what a bearer token is good for: an access token, or an API key as it is."""
        found = self.sessions.find_access(token)
        if found is not None:
            grant = found.session.grant
            return AccessToken(
                token=token,
                client_id=grant.client_id,
                scopes=list(found.scopes),
                resource=grant.resource,
            )
        if not self.context.accepts_key(token):
            return None
        return AccessToken(
            token=token,
            client_id=KEY_CLIENT,
            scopes=list(self.terms.scopes),
            resource=self.context.resource,
        )

    async def verify_token(self, token: str) -> AccessToken | None:
        """Return what a bearer token is good for: the SDK's name for it at the MCP endpoint."""
        return await self.load_access_token(token)

    async def revoke_token(self, token: AccessToken | RefreshToken) -> None:
        """End the session of a token."""
        self.sessions.revoke(token.token, token.client_id)

    def is_ours(self, resource: str) -> bool:
        """Tell whether a resource indicator names this MCP endpoint."""
        return resource.removesuffix("/") == self.context.resource

    def _token(self, pair: TokenPair | None, given: str) -> OAuthToken:
        if pair is None:
            raise TokenError("invalid_grant", f"The {given} was used before.")
        return OAuthToken(
            access_token=pair.access,
            refresh_token=pair.refresh,
            expires_in=int(self.terms.access_seconds),
            scope=" ".join(pair.scopes),
        )


def _code(grant: AuthorizationGrant, code: str) -> AuthorizationCode:
    return AuthorizationCode(
        code=code,
        scopes=list(grant.scopes),
        expires_at=math.inf,
        client_id=grant.client_id,
        code_challenge=grant.code_challenge,
        redirect_uri=AnyUrl(grant.redirect_uri),
        redirect_uri_provided_explicitly=grant.redirect_uri_given,
    )
