"""Describes a failed call: what the handler did, and its own traceback or answer."""

from __future__ import annotations

from http import HTTPStatus

from msgspec import Struct

from pytest_tavus.errors import Owner
from pytest_tavus.verdict.call import UNREADABLE, Call, Show, parse_json
from pytest_tavus.verdict.checks.words import SENTENCE, excerpt
from pytest_tavus.verdict.verdict import FindingKind
from pytest_tavus.wire import HttpExchange, HttpResponse, find_header

NON_HANDLER_ANSWERERS = frozenset({"canned", "client", "client_output"})
"""The sources of answers that replace a handler. The scenario may intend any of these answers."""


class CallFailure(Struct, frozen=True, kw_only=True):
    """The reason why a call did not succeed."""

    kind: FindingKind
    reason: str
    owner: Owner
    detail: str | None


def is_unhandled(call: Call) -> bool:
    """Tell whether no handler, canned answer or client took the call."""
    if call.fault is not None and call.fault.owner == "test":
        return True
    exchanges = (call.exchange, call.token_exchange)
    return any(
        exchange is not None
        and exchange.fault is not None
        and exchange.fault.kind in {"unhandled", "unmapped"}
        for exchange in exchanges
    )


def build_call_failure(call: Call, show: Show) -> CallFailure:
    resolved = call.resolved
    if resolved is None:
        return CallFailure(
            kind="unanswered_call",
            reason="it was still open when the conversation ended",
            owner="handler",
            detail=None,
        )
    if is_unhandled(call):
        return _build_exchange_failure(call, "unhandled_call", "test", show)
    if resolved.status == "unanswered":
        reason = show(resolved.reason or "the client did not answer")
        return CallFailure(kind="unanswered_call", reason=reason, owner="handler", detail=None)
    canned = resolved.answered_by == "canned"
    return _build_exchange_failure(call, "handler_error", "test" if canned else "handler", show)


def may_be_meant(call: Call) -> bool:
    """Tell whether a handler may fail like this on purpose: with a 4xx answer, or with a timeout.

    A crash, a redirect, an HTML page or broken JSON is a mistake of the handler.
    """
    resolved = call.resolved
    if resolved is None or call.fault is not None:
        return False
    if resolved.answered_by in NON_HANDLER_ANSWERERS or resolved.status in {
        "timeout",
        "unanswered",
    }:
        return True
    if resolved.failure == "unreadable":
        return False
    exchange = call.exchange or call.token_exchange
    response = None if exchange is None or exchange.fault is not None else exchange.response
    return response is not None and 400 <= response.status < 500 and not is_html(response)


def _build_exchange_failure(call: Call, kind: FindingKind, owner: Owner, show: Show) -> CallFailure:
    reason = None if call.resolved is None else call.resolved.reason
    if call.fault is not None:
        message = excerpt(show(call.fault.message), SENTENCE)
        detail = None if call.fault.detail is None else show(call.fault.detail)
        return CallFailure(kind=kind, reason=message, owner=owner, detail=detail)
    exchange, source = call.exchange, "the handler"
    if exchange is None:
        exchange, source = call.token_exchange, "the token endpoint"
    described = (
        None
        if exchange is None or _is_unread_refusal(call)
        else _describe_exchange(exchange, source)
    )
    return CallFailure(
        kind=kind,
        reason=excerpt(show(described or reason or "there was no answer"), SENTENCE),
        owner=owner,
        detail=None if exchange is None else _detail(exchange, show),
    )


def _is_unread_refusal(call: Call) -> bool:
    """Tell whether the delivery has a better reason than the status: a body that it cannot use."""
    resolved = call.resolved
    if resolved is None or resolved.failure != "unreadable":
        return False
    return resolved.http_status is not None and resolved.http_status >= HTTPStatus.BAD_REQUEST


def _describe_exchange(exchange: HttpExchange, source: str) -> str | None:
    if exchange.fault is not None:
        return exchange.fault.message
    response = exchange.response
    if response is None or exchange.answered_by == "canned" or 300 <= response.status < 400:
        return None  # the reason of the delivery names the canned answer or the redirect's target
    answered = f"{source} answered {response.status}"
    if not response.body.strip():
        return f"{answered} with an empty body"
    if is_html(response):
        return f"{answered} with an HTML page instead of JSON"
    if not 200 <= response.status < 300:
        return answered
    readable = parse_json(response.body.decode(errors="replace")) is not UNREADABLE
    return None if readable else f"{answered} with a body that is not JSON"


def _detail(exchange: HttpExchange, show: Show) -> str | None:
    if exchange.fault is not None and exchange.fault.traceback is not None:
        return show(exchange.fault.traceback)
    if exchange.response is None or not exchange.response.body.strip():
        return None
    return excerpt(show(exchange.response.body.decode(errors="replace")))


def is_html(response: HttpResponse) -> bool:
    """Tell whether an answer is an HTML page, by its content type or its first characters."""
    if "html" in (find_header(response.headers, "content-type") or "").lower():
        return True
    return response.body.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html"))
