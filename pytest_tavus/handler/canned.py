"""Answers that stand in for a handler, given on the conversation's own clock."""

from __future__ import annotations

import json

from pytest_tavus.clock import Clock
from pytest_tavus.handler.call.faults import connection_fault, late
from pytest_tavus.handler.call.timing import Stopwatch
from pytest_tavus.scenario.values.model import CannedAnswer, TokenAnswer
from pytest_tavus.wire import HttpExchange, HttpFault, HttpRequest, HttpResponse

_JSON = "application/json"


async def give(
    answer: CannedAnswer, request: HttpRequest, *, within: float, clock: Clock
) -> HttpExchange:
    """Give a canned answer, late or faulty where the scenario has it so."""
    watch = Stopwatch(clock, within)
    response, fault = None, None
    if answer.fault == "timeout" or answer.delay > within:
        await clock.sleep(within)
        fault = late(within)
    else:
        await _delay(answer.delay, clock)
        response, fault = _told(answer)
    return HttpExchange(
        request=request,
        response=response,
        fault=fault,
        answered_by="canned",
        seconds=watch.seconds(),
    )


def token_exchange(token: TokenAnswer, request: HttpRequest) -> HttpExchange:
    """Answer as an OAuth 2 token endpoint does (RFC 6749, section 5.1)."""
    body = {
        "access_token": token.access_token,
        "token_type": "Bearer",
        "expires_in": token.expires_in,
    }
    headers = (("content-type", _JSON), ("cache-control", "no-store"))
    response = HttpResponse(status=200, headers=headers, body=json.dumps(body).encode())
    return HttpExchange(request=request, response=response, answered_by="canned")


def _told(answer: CannedAnswer) -> tuple[HttpResponse | None, HttpFault | None]:
    if answer.fault is not None:
        return None, connection_fault("the canned answer cuts the connection off")
    return _response(answer), None


def _response(answer: CannedAnswer) -> HttpResponse:
    if answer.body is None and answer.content_type is None:
        return HttpResponse(status=answer.status)
    if isinstance(answer.body, str) and answer.content_type is not None:
        text = answer.body
    else:
        text = json.dumps(answer.body, ensure_ascii=False)
    headers = (("content-type", answer.content_type or _JSON),)
    return HttpResponse(status=answer.status, headers=headers, body=text.encode())


async def _delay(seconds: float, clock: Clock) -> None:
    if seconds > 0:
        await clock.sleep(seconds)
