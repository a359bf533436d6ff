"""The texts of an HTTP exchange, for redaction. The module knows no secret."""

from __future__ import annotations

import json
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from pytest_tavus.matching.shape import is_mapping
from pytest_tavus.wire import (
    HeaderList,
    HttpExchange,
    HttpFault,
    HttpRequest,
    HttpResponse,
    find_header,
)

MASKED_HEADERS = frozenset(
    {
        "authorization",
        "cookie",
        "proxy-authorization",
        "set-cookie",
        "x-api-key",
        "x-tavus-signature",
    }
)
"""Headers whose whole value is masked, in lower case. The signature is among them because a signed
body carries no time [wild], so a reader of both could send the call again at any time."""

SEAM = "\0"
"""The separator of texts that are searched as one."""

_SCHEMES = frozenset({"basic", "bearer", "digest", "dpop", "negotiate", "token"})
_TOKEN_FIELDS = ("access_token", "refresh_token", "id_token")


class ExchangeRewriter(Struct, frozen=True, kw_only=True):
    """The functions that rewrite the texts of an exchange."""

    text: Callable[[str], str]
    body: Callable[[bytes], bytes]
    header: Callable[[str, str], str]
    "Takes the name and the value of a header; returns the value."

    def rewrite(self, exchange: HttpExchange) -> HttpExchange:
        return replace(
            exchange,
            request=self._request(exchange.request),
            response=exchange.response and self._response(exchange.response),
            fault=exchange.fault and self._fault(exchange.fault),
        )

    def _request(self, request: HttpRequest) -> HttpRequest:
        return replace(
            request,
            method=self.text(request.method),
            url=self.text(request.url),
            headers=self._headers(request.headers),
            body=self.body(request.body),
        )

    def _response(self, response: HttpResponse) -> HttpResponse:
        return replace(
            response, headers=self._headers(response.headers), body=self.body(response.body)
        )

    def _fault(self, fault: HttpFault) -> HttpFault:
        traceback = fault.traceback and self.text(fault.traceback)
        return replace(fault, message=self.text(fault.message), traceback=traceback)

    def _headers(self, headers: HeaderList) -> HeaderList:
        return tuple((self.text(name), self.header(name, value)) for name, value in headers)


def tokens_in(exchange: HttpExchange, *, fetched: bool) -> list[str]:
    """Return the bearer token of the request and, if `fetched`, the tokens of the response."""
    scheme, _, sent = (find_header(exchange.request.headers, "Authorization") or "").partition(" ")
    found = [sent.strip()] if scheme.lower() == "bearer" else []
    if fetched and exchange.response is not None:
        found += _read_tokens(exchange.response.body)
    return found


def _read_tokens(body: bytes) -> list[str]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return []
    values = [answer.get(name) for name in _TOKEN_FIELDS] if is_mapping(answer) else []
    return [value for value in values if isinstance(value, str)]


def split_credentials(value: str) -> tuple[str, str]:
    """Split the value of a header into the scheme, such as ``Bearer``, and its secret part."""
    scheme, space, rest = value.partition(" ")
    if space and scheme.lower() in _SCHEMES:
        return f"{scheme} ", rest
    return "", value


def has_header(exchange: HttpExchange, names: frozenset[str]) -> bool:
    """Tell whether the exchange has one of these headers. The names must be in lower case."""
    response = exchange.response
    headers = exchange.request.headers + (() if response is None else response.headers)
    return any(name.lower() in names for name, _ in headers)


def all_text(exchange: HttpExchange) -> str:
    """Join every text of the exchange for one search."""
    request, response, fault = exchange.request, exchange.response, exchange.fault
    parts = [request.method, request.url, decode_body(request.body)]
    for pair in request.headers:
        parts += pair
    if response is not None:
        parts.append(decode_body(response.body))
        for pair in response.headers:
            parts += pair
    if fault is not None:
        parts += (fault.message, fault.traceback or "")
    return SEAM.join(parts)


def decode_body(body: bytes) -> str:
    """Decode a body so that encoding with ``surrogateescape`` gives the same bytes again."""
    return body.decode("utf-8", "surrogateescape")
