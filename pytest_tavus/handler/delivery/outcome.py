"""Turns an HTTP exchange into the output for the PAL, or into one sentence why there is none.

The body of a 2xx response is the output. Any other status and a missing response are failures
that the PAL acknowledges [inferred]. A body that is not JSON is a failure too. Redirects are not
followed [inferred].
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import NoReturn

from msgspec import Struct

from pytest_tavus.errors import HarnessError
from pytest_tavus.trace.events import AnsweredBy, Failure, ToolStatus
from pytest_tavus.wire import FaultKind, HttpExchange, HttpFault, HttpResponse, find_header

EXCERPT = 60
"""Characters of the longest body that a sentence quotes."""


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


_STRICT = json.JSONDecoder(parse_constant=_refuse_constant)
"""Refuses `NaN` and `Infinity`, which Python reads and JSON does not have."""

_NAMES = {
    "text/html": "HTML",
    "application/xhtml+xml": "HTML",
    "text/plain": "plain text",
    "text/xml": "XML",
    "application/xml": "XML",
}


class ToolOutcome(Struct, frozen=True, kw_only=True):
    """The outcome of a call for the PAL."""

    status: ToolStatus
    output: str
    "The text handed to the PAL. Empty if the call failed; then there is a reason."

    http_status: int | None
    "The handler's status code, if there was a response."

    reason: str | None
    "One sentence why the status is not `success`."

    answered_by: AnsweredBy
    failure: Failure | None = None
    "Why the status is `error` although the handler did not answer with an error."


_FAILURES: Mapping[FaultKind, Failure] = MappingProxyType(
    {
        "connection": "unreachable",
        "broken": "crash",
        "crash": "crash",
        "too_large": "unreadable",
        "unmapped": "unreachable",
        "unhandled": "unreachable",
    }
)


def outcome_of(
    exchange: HttpExchange, *, max_bytes: int, text_answers: bool = False
) -> ToolOutcome:
    """Return the outcome of an exchange.

    With `text_answers`, a body of type ``text/plain`` is an output too.

    Raises:
        HarnessError: the exchange has neither a response nor a fault.

    """
    fault, response = exchange.fault, exchange.response
    if fault is not None:
        return _build_fault_outcome(exchange, fault)
    if response is None:
        raise HarnessError("an HTTP exchange has neither a response nor a fault")
    output, reason = "", _describe_refusal(response, max_bytes)
    if reason is None:
        try:
            output = _read_json_text(response.body)
        except (ValueError, RecursionError):
            if text_answers and _media_type(response) == "text/plain":
                output = response.body.decode("utf-8", "replace")
            else:
                reason = _describe_non_json(response)
    return ToolOutcome(
        status="success" if reason is None else "error",
        output=output,
        http_status=response.status,
        reason=None if reason is None else f"{_describe_answerer(exchange)} {reason}",
        answered_by=exchange.answered_by,
        failure=None if reason is None else _failure(response, max_bytes),
    )


def _failure(response: HttpResponse, max_bytes: int) -> Failure | None:
    """Classify a failed response. A readable 4xx is an answer of the handler, and no failure."""
    if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "crash"
    if response.status < HTTPStatus.BAD_REQUEST or _describe_flaw(response, max_bytes) is not None:
        return "unreadable"
    return None


def status_line(status: int) -> str:
    """Format a status code with its standard phrase: ``503 Service Unavailable``."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def without_query(url: str) -> str:
    """Return a URL without query, user name and password, which may hold secrets."""
    bare = url.partition("#")[0].partition("?")[0]
    scheme, separator, rest = bare.partition("//")
    authority, slash, path = rest.partition("/")
    return f"{scheme}{separator}{authority.rpartition('@')[2]}{slash}{path}" if separator else bare


def _build_fault_outcome(exchange: HttpExchange, fault: HttpFault) -> ToolOutcome:
    nobody = fault.kind in {"unmapped", "unhandled"}
    return ToolOutcome(
        status="timeout" if fault.kind == "timeout" else "error",
        output="",
        http_status=None if exchange.response is None else exchange.response.status,
        reason=fault.message,
        answered_by="nobody" if nobody else exchange.answered_by,
        failure=_FAILURES.get(fault.kind),
    )


def _describe_answerer(exchange: HttpExchange) -> str:
    return "the handler answered" if exchange.answered_by == "handler" else "the canned answer is"


def _describe_refusal(response: HttpResponse, max_bytes: int) -> str | None:
    status = response.status
    location = find_header(response.headers, "Location") if 300 <= status < 400 else None
    if location is not None:
        target = without_query(location)
        return f"{status_line(status)} to {target!r}, and redirects are not followed"
    if 200 <= status < 300:
        return _describe_excess(response, max_bytes)
    flaw = _describe_flaw(response, max_bytes) if 400 <= status < 500 else None
    return status_line(status) if flaw is None else f"{status_line(status)} with {flaw}"


def _describe_excess(response: HttpResponse, max_bytes: int) -> str | None:
    size = len(response.body)
    if size <= max_bytes:
        return None
    return f"{size:,} bytes, and an answer may have {max_bytes:,} at most"


def _describe_flaw(response: HttpResponse, max_bytes: int) -> str | None:
    """Describe why the body of a 4xx cannot be read. Only a declared type of JSON is checked."""
    excess = _describe_excess(response, max_bytes)
    if excess is not None or not _is_declared_json(response):
        return excess
    try:
        _read_json_text(response.body)
    except (ValueError, RecursionError):
        return _describe_non_json(response)
    return None


def _read_json_text(body: bytes) -> str:
    """Return the body as text; raise `ValueError` if it is neither JSON nor empty."""
    text = body.decode().removeprefix("\ufeff")
    if not text.strip():
        return ""
    _STRICT.decode(text)
    return text


def _media_type(response: HttpResponse) -> str:
    content_type = find_header(response.headers, "Content-Type") or ""
    return content_type.partition(";")[0].strip().lower()


def _is_declared_json(response: HttpResponse) -> bool:
    media_type = _media_type(response)
    return media_type == "application/json" or media_type.endswith("+json")


def _describe_non_json(response: HttpResponse) -> str:
    media_type = _media_type(response)
    excerpt = _excerpt(response.body)
    if _is_declared_json(response):
        return f"broken JSON{excerpt}"
    if not media_type:
        return f"something that is not JSON and has no Content-Type{excerpt}"
    return f"{_NAMES.get(media_type, media_type)}, not JSON{excerpt}"


def _excerpt(body: bytes) -> str:
    """Quote a short and plain body. A cut or an escaped secret could not be masked any more."""
    text = body.decode("utf-8", "replace").strip()
    whole = len(text) <= EXCERPT and text.isprintable() and "'" not in text and "\\" not in text
    return f": '{text}'" if text and whole else ""
