"""The routes of the sign-in, and the middleware that requires a bearer token.

The SDK's handlers parse requests and check PKCE and clients. This module adds `resource` at the
token endpoint, revocation by clients without a secret, and two metadata fields that the SDK's
builder does not support.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from mcp.server.auth.handlers.authorize import AuthorizationHandler
from mcp.server.auth.handlers.metadata import MetadataHandler
from mcp.server.auth.handlers.register import RegistrationHandler
from mcp.server.auth.handlers.token import TokenHandler
from mcp.server.auth.middleware.auth_context import AuthContextMiddleware
from mcp.server.auth.middleware.bearer_auth import BearerAuthBackend, RequireAuthMiddleware
from mcp.server.auth.middleware.client_auth import AuthenticationError, ClientAuthenticator
from mcp.server.auth.routes import (
    build_resource_metadata_url,
    create_protected_resource_routes,
)
from mcp.server.auth.settings import ClientRegistrationOptions
from mcp.shared.auth import OAuthMetadata
from msgspec import Struct
from pydantic import AnyHttpUrl
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from pytest_tavus.simulator.server.oauth.portal import Portal, find_form_text, read_form
from pytest_tavus.simulator.server.oauth.provider import SignIn
from pytest_tavus.simulator.server.oauth.terms import PAGE_PATH, OAuthContext, OAuthTerms

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_CLIENT_AUTHENTICATION = ["client_secret_post", "client_secret_basic", "none"]

RequestHandler = Callable[[Request], Awaitable[Response]]


class OAuthEndpoint(Struct, frozen=True, kw_only=True):
    """The routes of the sign-in, and its actions on tokens."""

    routes: tuple[BaseRoute, ...]

    protect: Callable[[ASGIApp], ASGIApp]
    "Wraps an app, and refuses requests without a valid bearer token."

    accepts_token: Callable[[str], bool]
    "Tells whether an access token is valid."

    end_all: Callable[[], None]
    "Revokes every token, code and pending request."


def build_oauth_endpoint(context: OAuthContext, terms: OAuthTerms) -> OAuthEndpoint:
    """Build the sign-in: discovery, registration, authorization, tokens, revocation, the page."""
    sign_in = SignIn(context, terms)

    def protect(app: ASGIApp) -> ASGIApp:
        return protect_app(app, sign_in)

    def accepts_token(token: str) -> bool:
        return sign_in.sessions.find_access(token) is not None

    return OAuthEndpoint(
        routes=_build_routes(sign_in),
        protect=protect,
        accepts_token=accepts_token,
        end_all=sign_in.end_all,
    )


def _build_routes(sign_in: SignIn) -> tuple[BaseRoute, ...]:
    portal = Portal(sign_in)
    metadata = _build_metadata(sign_in)
    return (
        *create_protected_resource_routes(
            resource_url=AnyHttpUrl(sign_in.context.resource),
            authorization_servers=[metadata.issuer],
            scopes_supported=list(sign_in.terms.scopes),
        ),
        Route(
            "/.well-known/oauth-authorization-server",
            MetadataHandler(metadata).handle,
            methods=["GET"],
        ),
        Route("/register", _build_registration(sign_in), methods=["POST"]),
        Route("/authorize", _build_authorization(sign_in), methods=["GET", "POST"]),
        Route("/token", _build_token_exchange(sign_in), methods=["POST"]),
        Route("/revoke", _build_revocation(sign_in), methods=["POST"]),
        Route(PAGE_PATH, portal.show, methods=["GET"]),
        Route(PAGE_PATH, portal.decide, methods=["POST"]),
    )


def _build_metadata(sign_in: SignIn) -> OAuthMetadata:
    """Return the metadata of the authorization server (RFC 8414)."""
    issuer = sign_in.context.base_url
    return OAuthMetadata.model_validate(
        {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "registration_endpoint": f"{issuer}/register",
            "revocation_endpoint": f"{issuer}/revoke",
            "scopes_supported": list(sign_in.terms.scopes),
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_methods_supported": _CLIENT_AUTHENTICATION,
            "revocation_endpoint_auth_methods_supported": _CLIENT_AUTHENTICATION,
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }
    )


def _build_registration(sign_in: SignIn) -> RequestHandler:
    scopes = list(sign_in.terms.scopes)
    options = ClientRegistrationOptions(enabled=True, valid_scopes=scopes, default_scopes=scopes)
    return RegistrationHandler(sign_in, options).handle


def _build_authorization(sign_in: SignIn) -> RequestHandler:
    handler = AuthorizationHandler(sign_in)

    async def authorize(request: Request) -> Response:
        if request.method == "POST":
            await read_form(request)  # refuses files; the SDK's handler reads the same form
        return await handler.handle(request)

    return authorize


def _build_token_exchange(sign_in: SignIn) -> RequestHandler:
    # The SDK's handler ignores the `resource` of a token request.
    handler = TokenHandler(sign_in, ClientAuthenticator(sign_in))

    async def token(request: Request) -> Response:
        resources = (await read_form(request)).getlist("resource")
        if all(isinstance(name, str) and sign_in.is_ours(name) for name in resources):
            answer: Response = await handler.handle(request)
            return answer
        sentence = f"This server is {sign_in.context.resource}."
        return _build_error_response(400, "invalid_target", sentence)

    return token


def _build_revocation(sign_in: SignIn) -> RequestHandler:
    # The SDK's handler requires a secret even of clients that have none. The behaviour of Tavus is
    # unknown; this server requires no secret of them [inferred].
    authenticator = ClientAuthenticator(sign_in)

    async def revoke(request: Request) -> Response:
        form = await read_form(request)
        try:
            client = await authenticator.authenticate_request(request)
        except AuthenticationError as error:
            return _build_error_response(401, "invalid_client", error.message)
        token = find_form_text(form, "token")
        if token is None:
            return _build_error_response(400, "invalid_request", "The form has no field 'token'.")
        sign_in.sessions.revoke(token, client.client_id)
        return Response(headers=_NO_STORE)

    return revoke


def _build_error_response(status: int, error: str, sentence: str) -> Response:
    body = {"error": error, "error_description": sentence}
    return JSONResponse(body, status_code=status, headers=_NO_STORE)


def protect_app(app: ASGIApp, sign_in: SignIn) -> ASGIApp:
    """Wrap an app, and refuse bearer tokens that are expired, or lack the resource or a scope."""
    resource = AnyHttpUrl(sign_in.context.resource)
    required = RequireAuthMiddleware(
        app, list(sign_in.terms.scopes), build_resource_metadata_url(resource)
    )
    backend = BearerAuthBackend(sign_in, resource_server_url=resource)
    return AuthenticationMiddleware(AuthContextMiddleware(required), backend=backend)
