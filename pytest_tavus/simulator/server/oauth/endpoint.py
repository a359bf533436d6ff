"""The addresses of the sign-in, and the guard in front of what needs one.

The SDK's handlers do the parsing, the checks of PKCE and of clients. What they leave out is around
them: `resource` at the token endpoint, revocation by clients without a secret, and two facts in the
metadata that the SDK's builder cannot state.
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

_NEVER_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_CLIENT_AUTHENTICATION = ["client_secret_post", "client_secret_basic", "none"]

Handler = Callable[[Request], Awaitable[Response]]


class OAuthEndpoint(Struct, frozen=True, kw_only=True):
    """What the sign-in adds to the server."""

    routes: tuple[BaseRoute, ...]

    protect: Callable[[ASGIApp], ASGIApp]
    "Puts the check of bearer tokens in front of an app."

    accepts_token: Callable[[str], bool]
    "Whether an access token is good."

    end_all: Callable[[], None]
    "Makes every token, code and request worthless."


def build_oauth_endpoint(around: OAuthContext, terms: OAuthTerms | None = None) -> OAuthEndpoint:
    """Open the sign-in: discovery, registration, authorization, tokens, revocation, the page."""
    sign_in = SignIn(around, OAuthTerms() if terms is None else terms)

    def protect(app: ASGIApp) -> ASGIApp:
        return protect_app(app, sign_in)

    def knows(token: str) -> bool:
        return sign_in.sessions.find_access(token) is not None

    return OAuthEndpoint(
        routes=_routes(sign_in), protect=protect, accepts_token=knows, end_all=sign_in.end_all
    )


def _routes(sign_in: SignIn) -> tuple[BaseRoute, ...]:
    portal = Portal(sign_in)
    return (
        *create_protected_resource_routes(
            resource_url=AnyHttpUrl(sign_in.context.resource),
            authorization_servers=[metadata(sign_in).issuer],
            scopes_supported=list(sign_in.terms.scopes),
        ),
        Route(
            "/.well-known/oauth-authorization-server",
            MetadataHandler(metadata(sign_in)).handle,
            methods=["GET"],
        ),
        Route("/register", _registration(sign_in), methods=["POST"]),
        Route("/authorize", _authorization(sign_in), methods=["GET", "POST"]),
        Route("/token", _token(sign_in), methods=["POST"]),
        Route("/revoke", _revocation(sign_in), methods=["POST"]),
        Route(PAGE_PATH, portal.show, methods=["GET"]),
        Route(PAGE_PATH, portal.decide, methods=["POST"]),
    )


def metadata(sign_in: SignIn) -> OAuthMetadata:
    """Return what the authorization server says of itself (RFC 8414)."""
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


def _registration(sign_in: SignIn) -> Handler:
    scopes = list(sign_in.terms.scopes)
    options = ClientRegistrationOptions(enabled=True, valid_scopes=scopes, default_scopes=scopes)
    return RegistrationHandler(sign_in, options).handle


def _authorization(sign_in: SignIn) -> Handler:
    handler = AuthorizationHandler(sign_in)

    async def authorize(request: Request) -> Response:
        if request.method == "POST":
            await read_form(request)
        return await handler.handle(request)

    return authorize


def _token(sign_in: SignIn) -> Handler:
    """Hold the token request's `resource` against ours, which the SDK's handler does not."""
    handler = TokenHandler(sign_in, ClientAuthenticator(sign_in))

    async def token(request: Request) -> Response:
        wanted = (await read_form(request)).getlist("resource")
        if all(isinstance(each, str) and sign_in.is_ours(each) for each in wanted):
            answer: Response = await handler.handle(request)
            return answer
        sentence = f"This server is {sign_in.context.resource}."
        return _build_error_response(400, "invalid_target", sentence)

    return token


def _revocation(sign_in: SignIn) -> Handler:
    """Revoke for every registered client.

    The SDK's handler asks clients that have no secret for one. Whether Tavus does is unknown; here
    they need none [inferred].
    """
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
        return Response(headers=_NEVER_KEPT)

    return revoke


def _build_error_response(status: int, error: str, sentence: str) -> Response:
    body = {"error": error, "error_description": sentence}
    return JSONResponse(body, status_code=status, headers=_NEVER_KEPT)


def protect_app(app: ASGIApp, sign_in: SignIn) -> ASGIApp:
    """Return an app that only answers bearer tokens of the right resource, scope and age."""
    resource = AnyHttpUrl(sign_in.context.resource)
    required = RequireAuthMiddleware(
        app, list(sign_in.terms.scopes), build_resource_metadata_url(resource)
    )
    backend = BearerAuthBackend(sign_in, resource_server_url=resource)
    return AuthenticationMiddleware(AuthContextMiddleware(required), backend=backend)
