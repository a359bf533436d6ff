"""A stock endpoint behind four kinds of door, one for each way in which a tool can identify itself.

The OAuth 2 token endpoint is part of the same application. Its tokens are good for two requests,
which is how a revoked token looks from outside.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TypedDict
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

STOCK = {"BIKE-7": 4, "BELL-2": 0}
USES_OF_A_TOKEN = 2

BASIC = "Basic " + base64.b64encode(b"warehouse:open-sesame-basic").decode()


class State(TypedDict):
    """What the application holds while it runs."""

    tokens: dict[str, int]


@asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncGenerator[State]:
    """Begin without tokens."""
    yield {"tokens": {}}


async def token(request: Request) -> JSONResponse:
    """Issue a token for the client credentials grant."""
    form = parse_qs((await request.body()).decode())
    if form.get("client_secret") != ["open-sesame-oauth2"]:
        return JSONResponse({"error": "invalid_client"}, status_code=401)
    tokens: dict[str, int] = request.state.tokens
    issued = f"token-{len(tokens) + 1}"
    tokens[issued] = USES_OF_A_TOKEN
    return JSONResponse({"access_token": issued, "token_type": "Bearer", "expires_in": 3600})


async def stock(request: Request) -> JSONResponse:
    """Say how many of an article are in stock, to those who may know."""
    if not is_open(request, request.path_params["door"]):
        return JSONResponse({"error": "not authorised"}, status_code=401)
    sku = (await request.json())["sku"]
    return JSONResponse({"sku": sku, "in_stock": STOCK.get(sku, 0)})


def is_open(request: Request, door: str) -> bool:
    """Tell whether the request brings what this door asks for."""
    authorization = request.headers.get("Authorization", "")
    if door == "bearer":
        return authorization == "Bearer open-sesame-bearer"
    if door == "basic":
        return authorization == BASIC
    if door == "api_key":
        return "open-sesame-api-key" in {
            request.headers.get("X-Warehouse-Key"),
            request.query_params.get("key"),
        }
    return door == "oauth2" and use_token(request.state.tokens, authorization)


def use_token(tokens: dict[str, int], authorization: str) -> bool:
    """Use a token once; tell whether it was still good."""
    presented = authorization.removeprefix("Bearer ")
    if not tokens.get(presented):
        return False
    tokens[presented] -= 1
    return True


app = Starlette(
    routes=[
        Route("/token", token, methods=["POST"]),
        Route("/{door}/stock", stock, methods=["POST"]),
    ],
    lifespan=lifespan,
)
