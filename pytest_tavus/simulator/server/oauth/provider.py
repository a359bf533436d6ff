"""Implements the provider interface of the MCP SDK with the sessions of this room.

The SDK compares expiry times with the wall clock. Codes and tokens are checked against the
account's clock before, so the values for the SDK never expire.
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
from pytest_tavus.simulator.server.oauth.signed import AuthorizationRequest, OneTimeRequests
from pytest_tavus.simulator.server.oauth.terms import OAuthContext, OAuthTerms

KEY_CLIENT = "api-key"
"""The client id for a bearer token that is an API key. No registered client has this id."""


class SignIn(OAuthAuthorizationServerProvider[AuthorizationCode, RefreshToken, AccessToken]):
    """Registers clients, and issues codes and tokens to them."""

    def __init__(self, context: OAuthContext, terms: OAuthTerms) -> None:
        self.context = context
        self.terms = terms
        self._clients = Clients()
        self.end_all()

    def end_all(self) -> None:
        """Drop every session, code and pending request. Clients stay registered."""
        now, generate_token = self.context.now, self.context.generate_token
        self.requests = OneTimeRequests(now=now, generate_token=generate_token)
        self.sessions = Sessions(terms=self.terms, now=now, generate_token=generate_token)

    async def get_client(self, client_id: str) -> OAuthClientInformationFull | None:
        return self._clients.get(client_id)

    async def register_client(self, client_info: OAuthClientInformationFull) -> None:
        """Register a client. Changes `client_info`, because the SDK answers with this object.

        Raises:
            RegistrationError: a callback is no loopback address, or the registration is too large.
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
        # The SDK filled in ids and times of its own, which would differ from run to run.
        client_info.client_id = self.context.generate_token("client")
        client_info.client_id_issued_at = int(self.context.now())
        if client_info.client_secret is not None:
            client_info.client_secret = self.context.generate_token("client_secret")
        self._clients.add(client_info.client_id, client_info)

    async def authorize(
        self, client: OAuthClientInformationFull, params: AuthorizationParams
    ) -> str:
        """Return the address of the portal's page, with the signed request in its query.

        Raises:
            AuthorizeError: the client asks for a token of another server.
        """
        if params.resource is not None and not self.is_ours(params.resource):
            raise AuthorizeError("invalid_target", f"This server is {self.context.resource}.")
        request = AuthorizationRequest(
            client_id=client.client_id or "",
            client_name=client.client_name,
            scopes=tuple(params.scopes or self.terms.scopes),
            code_challenge=params.code_challenge,
            redirect_uri=str(params.redirect_uri),
            redirect_uri_given=params.redirect_uri_provided_explicitly,
            state=params.state,
        )
        signed = self.requests.sign(request, seconds=self.terms.request_seconds)
        return f"{self.context.page}?{urlencode({'mode': 'oauth', 'request': signed})}"

    async def load_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: str
    ) -> AuthorizationCode | None:
        del client  # the SDK compares it with the grant's
        grant = self.sessions.find_grant(authorization_code)
        return None if grant is None else _build_code(grant, authorization_code)

    async def exchange_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: AuthorizationCode
    ) -> OAuthToken:
        """Open a session, and return its first tokens.

        Raises:
            TokenError: another request used the code meanwhile.
        """
        self._clients.sign_in(client.client_id or "")
        pair = self.sessions.redeem(authorization_code.code)
        return self._build_token(pair, "authorization code")

    async def load_refresh_token(
        self, client: OAuthClientInformationFull, refresh_token: str
    ) -> RefreshToken | None:
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
        """Return the next tokens of a session.

        Raises:
            TokenError: the refresh token was used too long ago, so its session has ended.
        """
        del client  # the SDK authenticated it and compared it with the token
        pair = self.sessions.rotate(refresh_token.token, tuple(scopes))
        return self._build_token(pair, "refresh token")

    async def load_access_token(self, token: str) -> AccessToken | None:
        """Accept an access token or an API key as a bearer token."""
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
        """Call `load_access_token`, under the name that the SDK uses at the MCP endpoint."""
        return await self.load_access_token(token)

    async def revoke_token(self, token: AccessToken | RefreshToken) -> None:
        self.sessions.revoke(token.token, token.client_id)

    def is_ours(self, resource: str) -> bool:
        """Tell whether a resource indicator names this MCP endpoint."""
        return resource.removesuffix("/") == self.context.resource

    def _build_token(self, pair: TokenPair | None, credential: str) -> OAuthToken:
        if pair is None:
            raise TokenError("invalid_grant", f"The {credential} was used before.")
        return OAuthToken(
            access_token=pair.access,
            refresh_token=pair.refresh,
            expires_in=int(self.terms.access_seconds),
            scope=" ".join(pair.scopes),
        )


def _build_code(grant: AuthorizationGrant, code: str) -> AuthorizationCode:
    return AuthorizationCode(
        code=code,
        scopes=list(grant.scopes),
        expires_at=math.inf,
        client_id=grant.client_id,
        code_challenge=grant.code_challenge,
        redirect_uri=AnyUrl(grant.redirect_uri),
        redirect_uri_provided_explicitly=grant.redirect_uri_given,
    )
