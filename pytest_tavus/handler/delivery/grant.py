"""The client credentials grant (RFC 6749, 4.4), and the cache of tokens between calls."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping
from urllib.parse import quote_plus

from msgspec import Struct

from pytest_tavus.contract.body import json_object
from pytest_tavus.contract.tool.auth import OAuth2Auth
from pytest_tavus.handler.delivery.outcome import ToolOutcome, status_line, without_query
from pytest_tavus.handler.delivery.profile import DeliveryProfile
from pytest_tavus.handler.delivery.request import build_form_request
from pytest_tavus.wire import HttpExchange, HttpRequest


class TokenKey(Struct, frozen=True, kw_only=True):
    """The identity of a token: another scope has another token."""

    token_url: str
    client_id: str
    scope: str | None = None


class Token(Struct, frozen=True, kw_only=True):
    """A bearer token."""

    value: str
    usable_until: float
    "Seconds, by the clock of the conversation. Infinite if the endpoint gave no lifetime."

    def __repr__(self) -> str:  # without the value, which is a secret
        return f"Token(usable_until={self.usable_until})"


class TokenStore:
    """A cache of tokens, for one conversation or for many."""

    def __init__(self) -> None:
        self._tokens: dict[TokenKey, Token] = {}

    def get(self, key: TokenKey, *, now: float) -> Token | None:
        """Return the token, unless there is none or it expires soon."""
        token = self._tokens.get(key)
        return token if token is not None and now < token.usable_until else None

    def put(self, key: TokenKey, token: Token) -> None:
        self._tokens[key] = token

    def drop(self, key: TokenKey, token: Token) -> None:
        """Remove this token. A newer token, which another call has fetched meanwhile, stays."""
        if self._tokens.get(key) is token:
            del self._tokens[key]


def build_token_request(auth: OAuth2Auth, profile: DeliveryProfile) -> HttpRequest:
    """Build the request for a token (RFC 6749, 4.4.2, with the credentials of 2.3.1).

    Raises:
        ScenarioError: the URL or the credentials do not fit into a request.

    """
    form = {"grant_type": "client_credentials"}
    if auth.scope is not None:
        form["scope"] = auth.scope
    if profile.oauth2_credentials == "form":
        form |= {"client_id": auth.client_id, "client_secret": auth.client_secret}
        return build_form_request(auth.token_url, form, headers=(), profile=profile)
    # RFC 6749 encodes both as form values first, so that a colon in them is no separator.
    pair = f"{quote_plus(auth.client_id)}:{quote_plus(auth.client_secret)}"
    value = "Basic " + base64.b64encode(pair.encode("ascii")).decode("ascii")
    headers = (("Authorization", value),)
    return build_form_request(auth.token_url, form, headers=headers, profile=profile)


def read_token(
    exchange: HttpExchange, profile: DeliveryProfile, *, now: float
) -> Token | ToolOutcome:
    """Return the token, or the outcome of the call if the exchange gave no token."""
    found = _read_answer(exchange)
    if isinstance(found, str):
        return _build_failed_outcome(exchange, found)
    value = found.get("access_token")
    # A token with a line end would not fit into a header.
    if not isinstance(value, str) or not value or any(char in value for char in "\r\n\0"):
        return _build_failed_outcome(exchange, "answered without an access_token")
    kind = found.get("token_type", "Bearer")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        return _build_failed_outcome(
            exchange, f"answered with a token of type {kind!r}, not Bearer"
        )
    lifetime = _read_lifetime(found.get("expires_in"))
    return Token(value=value, usable_until=now + lifetime - profile.oauth2_early_refresh)


def _read_answer(exchange: HttpExchange) -> Mapping[str, object] | str:
    """Return the answer, or its fault as the end of a sentence."""
    if exchange.fault is not None:
        late = exchange.fault.kind == "timeout"
        return "did not answer in time" if late else f"could not be asked: {exchange.fault.message}"
    if exchange.response is None or exchange.response.status != 200:
        status = 0 if exchange.response is None else exchange.response.status
        return f"answered {status_line(status)}"
    try:
        answer = json.loads(exchange.response.body)
    except (ValueError, RecursionError):
        return "did not answer JSON"
    members = json_object(answer)
    return "did not answer a JSON object" if members is None else members


def _read_lifetime(expires_in: object) -> float:
    """Return seconds; infinite if the lifetime is no number, so that only a 401 ends the token."""
    if isinstance(expires_in, bool) or not isinstance(expires_in, (str, int, float)):
        return math.inf
    try:
        return float(expires_in)
    except (ValueError, OverflowError):
        return math.inf


def _build_failed_outcome(exchange: HttpExchange, what: str) -> ToolOutcome:
    endpoint = without_query(exchange.request.url)
    nobody = exchange.fault is not None and exchange.fault.kind in {"unmapped", "unhandled"}
    return ToolOutcome(
        status="error",
        output="",
        http_status=None,
        reason=f"the token endpoint {endpoint} {what}",
        answered_by="nobody" if nobody else exchange.answered_by,
        failure="unreachable",
    )
