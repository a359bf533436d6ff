"""The auth types of a tool, each a flow of requests and exchanges.

A flow yields requests and receives their exchanges. It returns the exchange of the call, or an
outcome if the call could not be made. `oauth2_client_credentials` takes up to four requests; every
other type takes one. A tool without auth does not import this module, see :mod:`~.flow`.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Generator
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from pytest_tavus.contract.tool.auth import ApiKeyAuth, BasicAuth, BearerAuth, HmacAuth, OAuth2Auth
from pytest_tavus.errors import Problem, ScenarioError
from pytest_tavus.handler.delivery.grant import (
    Token,
    TokenKey,
    TokenStore,
    build_token_request,
    read_token,
)
from pytest_tavus.handler.delivery.outcome import ToolOutcome, outcome_of
from pytest_tavus.handler.delivery.profile import DeliveryProfile
from pytest_tavus.handler.delivery.request import Outgoing, with_header, with_query
from pytest_tavus.wire import HttpExchange, HttpRequest

Proof = BearerAuth | BasicAuth | ApiKeyAuth | OAuth2Auth | HmacAuth
Flow = Generator[Outgoing, HttpExchange, HttpExchange | ToolOutcome]


class Credentials(Protocol):
    """The credentials of one auth type."""

    def flow(self, request: HttpRequest) -> Flow:
        """Send the request with the credentials.

        Raises:
            ScenarioError: the credentials do not fit into a request.

        """
        ...


class BearerCredentials(Struct, frozen=True):
    """``Authorization: Bearer <token>`` ([doc]; RFC 6750, 2.1)."""

    auth: BearerAuth

    def flow(self, request: HttpRequest) -> Flow:
        return (yield Outgoing(purpose="tool", request=with_bearer_token(request, self.auth.token)))


class BasicCredentials(Struct, frozen=True):
    """``Authorization: Basic <base64>`` ([doc]; RFC 7617, in UTF-8)."""

    auth: BasicAuth

    def flow(self, request: HttpRequest) -> Flow:
        if ":" in self.auth.username:
            message = "a user name for basic auth cannot have a colon in it"
            raise ScenarioError(Problem(message=message, hint="the colon ends the name: RFC 7617"))
        value = encode_basic_auth(self.auth.username, self.auth.password)
        request = with_header(request, "Authorization", value)
        return (yield Outgoing(purpose="tool", request=request))


class ApiKeyCredentials(Struct, frozen=True):
    """A header ``<name>: <value>``, or ``?<name>=<value>`` [doc]."""

    auth: ApiKeyAuth

    def flow(self, request: HttpRequest) -> Flow:
        name, value = self.auth.name, self.auth.value
        if self.auth.location == "header":
            request = with_header(request, name, value)
        else:
            request = replace(request, url=with_query(request.url, [(name, value)]))
        return (yield Outgoing(purpose="tool", request=request))


class HmacCredentials(Struct, frozen=True):
    """``X-Tavus-Signature: <hex>`` over the raw body ([doc]; the algorithm is [wild])."""

    auth: HmacAuth
    profile: DeliveryProfile

    def flow(self, request: HttpRequest) -> Flow:
        value = signature(self.auth.secret.encode(), request.body, self.profile)
        request = with_header(request, self.profile.hmac_header, value)
        return (yield Outgoing(purpose="tool", request=request))


class OAuth2Credentials(Struct, frozen=True):
    """A cached token of the token endpoint; after a 401, a new token and one retry [doc]."""

    auth: OAuth2Auth
    profile: DeliveryProfile
    tokens: TokenStore
    now: float

    def flow(self, request: HttpRequest) -> Flow:
        key = TokenKey(
            token_url=self.auth.token_url, client_id=self.auth.client_id, scope=self.auth.scope
        )
        token = yield from self._fetch_token(key)
        if isinstance(token, ToolOutcome):
            return token
        exchange = yield Outgoing(purpose="tool", request=with_bearer_token(request, token.value))
        if exchange.response is None or exchange.response.status != 401:
            return exchange
        self.tokens.drop(key, token)
        token = yield from self._fetch_token(key)
        if isinstance(token, ToolOutcome):
            return token
        exchange = yield Outgoing(purpose="tool", request=with_bearer_token(request, token.value))
        return self._check_retry(exchange) or exchange

    def _check_retry(self, exchange: HttpExchange) -> ToolOutcome | None:
        if exchange.fault is not None or exchange.response is None:
            return None
        if exchange.response.status != 401:
            return None
        outcome = outcome_of(exchange, max_bytes=self.profile.max_response_bytes)
        return replace(outcome, reason=f"{outcome.reason}, to a new token as well")

    def _fetch_token(self, key: TokenKey) -> Generator[Outgoing, HttpExchange, Token | ToolOutcome]:
        cached = self.tokens.get(key, now=self.now)
        if cached is not None:
            return cached
        request = build_token_request(self.auth, self.profile)
        exchange = yield Outgoing(purpose="token", request=request)
        token = read_token(exchange, self.profile, now=self.now)
        if isinstance(token, Token):
            self.tokens.put(key, token)
        return token


def credentials_for(
    auth: Proof, profile: DeliveryProfile, *, tokens: TokenStore, now: float
) -> Credentials:
    match auth:
        case BearerAuth():
            return BearerCredentials(auth)
        case BasicAuth():
            return BasicCredentials(auth)
        case ApiKeyAuth():
            return ApiKeyCredentials(auth)
        case OAuth2Auth():
            return OAuth2Credentials(auth, profile, tokens, now)
        case HmacAuth():
            return HmacCredentials(auth, profile)


def with_bearer_token(request: HttpRequest, token: str) -> HttpRequest:
    return with_header(request, "Authorization", f"Bearer {token}")


def encode_basic_auth(username: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode("ascii")


def signature(key: bytes, body: bytes, profile: DeliveryProfile) -> str:
    digest = hmac.digest(key, body, profile.hmac_algorithm)
    text = digest.hex() if profile.hmac_encoding == "hex" else base64.b64encode(digest).decode()
    return profile.hmac_prefix + text


def verify_hmac(
    secret: str, body: bytes, header: str | None, *, profile: DeliveryProfile | None = None
) -> bool:
    """Tell whether a header holds the signature of a body. Takes constant time.

    `body` must be the raw body as received; JSON that was parsed and written again differs. A
    header without any signature gives `False`, never an error.
    """
    profile = profile or DeliveryProfile()
    expected = signature(secret.encode(), body, profile)
    found = header or ""
    if profile.hmac_encoding == "hex" and found.startswith(profile.hmac_prefix):
        size = len(profile.hmac_prefix)
        found = found[:size] + found[size:].lower()  # hex digits in capitals are the same digits
    return hmac.compare_digest(expected.encode(), found.encode("utf-8", "surrogatepass"))
