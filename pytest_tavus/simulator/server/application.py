"""Builds one ASGI application from the endpoints and the middleware that all of them share."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from pytest_tavus.clock import Clock
from pytest_tavus.simulator.server.faults import FaultMiddleware, InjectedFaults
from pytest_tavus.simulator.server.http.answers import HangUp
from pytest_tavus.simulator.server.http.body_limits import BodyLimit, IsAuthenticated
from pytest_tavus.simulator.server.http.cors import Cors, PublicOrigins
from pytest_tavus.simulator.server.http.guard import Guard
from pytest_tavus.simulator.server.journal.journal import Journal, JournalMiddleware
from pytest_tavus.simulator.server.options import ServerLimits
from pytest_tavus.simulator.server.site import CONTROL, Endpoint


class SiteContext(Struct, frozen=True, kw_only=True):
    """What the middleware in front of every endpoint needs."""

    limits: ServerLimits
    clock: Clock
    journal: Journal
    faults: InjectedFaults
    hang_up: HangUp
    is_authenticated: IsAuthenticated
    origins: tuple[str, ...]
    "Origins of the pages that may call the server."

    public: PublicOrigins


def build_application(endpoints: Iterable[Endpoint], context: SiteContext) -> ASGIApp:
    """Wrap the endpoints in the middleware. The last middleware sees each request first."""
    app: ASGIApp = _build_router(endpoints)
    # The journal surrounds faults and body limits, so it also records the answers that they give.
    app = FaultMiddleware(
        app,
        faults=context.faults,
        sleep=context.clock.sleep,
        hang_up=context.hang_up,
        skip=CONTROL,
    )
    app = BodyLimit(app, limits=context.limits, is_authenticated=context.is_authenticated)
    if context.journal.is_enabled:
        app = JournalMiddleware(app, journal=context.journal, now=context.clock.now, skip=CONTROL)
    app = Cors(app, origins=context.origins, public=context.public)
    # Outermost: the guard marks every response, those of the middleware included.
    return Guard(app, limits=context.limits, origins=context.origins)


def _build_router(endpoints: Iterable[Endpoint]) -> Starlette:
    routes = [route for endpoint in endpoints for route in endpoint.routes]
    app = Starlette(
        routes=routes,
        exception_handlers={HTTPException: _handle_http_exception, Exception: _handle_server_error},
    )
    app.router.redirect_slashes = False  # Tavus redirects no request
    return app


async def _handle_http_exception(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    sentence = _SENTENCES.get(status, _describe_refusal)(request)
    return JSONResponse({"error": sentence}, status_code=status, headers=headers)


async def _handle_server_error(request: Request, error: Exception) -> Response:
    kind = type(error).__name__
    sentence = f"the simulator failed at {request.method} {request.url.path} ({kind}): a bug in it"
    return JSONResponse({"error": sentence}, status_code=500)


def _describe_not_found(request: Request) -> str:
    return (
        f"the simulator has nothing at {request.url.path}: its API is below /v2, its MCP server at "
        "/mcp, its rooms below /rooms"
    )


def _describe_method_not_allowed(request: Request) -> str:
    return f"{request.method} is not allowed for {request.url.path}"


def _describe_refusal(request: Request) -> str:
    return f"{request.method} {request.url.path} was refused"


_SENTENCES: dict[int, Callable[[Request], str]] = {
    404: _describe_not_found,
    405: _describe_method_not_allowed,
}
