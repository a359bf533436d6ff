"""Canned answers in front of the real handler, and the fault of a call without any answer."""

from __future__ import annotations

import json

from pytest_tavus.clock import Clock
from pytest_tavus.handler.call.faults import connection_fault, timeout_fault
from pytest_tavus.handler.call.port import CallRef, Handler
from pytest_tavus.handler.call.timing import Stopwatch
from pytest_tavus.matching.compare import compare
from pytest_tavus.scenario.values.model import CannedAnswer, HandlerSpec, TokenAnswer
from pytest_tavus.wire import HttpExchange, HttpFault, HttpRequest, HttpResponse

_JSON = "application/json"


async def send_canned_answer(
    answer: CannedAnswer, request: HttpRequest, *, within: float, clock: Clock
) -> HttpExchange:
    """Give a canned answer with the delay and the fault that the scenario asks for."""
    watch = Stopwatch(clock, within)
    response, fault = None, None
    if answer.fault == "timeout" or answer.delay > within:
        await clock.sleep(within)
        fault = timeout_fault(within)
    else:
        if answer.delay > 0:
            await clock.sleep(answer.delay)
        if answer.fault is None:
            response = _build_response(answer)
        else:
            fault = connection_fault("the canned answer cuts the connection off")
    return HttpExchange(
        request=request,
        response=response,
        fault=fault,
        answered_by="canned",
        seconds=watch.seconds(),
    )


def token_exchange(token: TokenAnswer, request: HttpRequest) -> HttpExchange:
    """Answer in the shape of an OAuth 2 token endpoint (RFC 6749, section 5.1)."""
    body = {
        "access_token": token.access_token,
        "token_type": "Bearer",
        "expires_in": token.expires_in,
    }
    headers = (("content-type", _JSON), ("cache-control", "no-store"))
    response = HttpResponse(status=200, headers=headers, body=json.dumps(body).encode())
    return HttpExchange(request=request, response=response, answered_by="canned")


def _build_response(answer: CannedAnswer) -> HttpResponse:
    if answer.body is None and answer.content_type is None:
        return HttpResponse(status=answer.status)
    if isinstance(answer.body, str) and answer.content_type is not None:
        text = answer.body  # such as HTML; a text without a content type is a JSON string
    else:
        text = json.dumps(answer.body, ensure_ascii=False)
    headers = (("content-type", answer.content_type or _JSON),)
    return HttpResponse(status=answer.status, headers=headers, body=text.encode())


class CannedAnswers:
    """Gives the canned answers of a scenario, and passes every other call to the real handler."""

    def __init__(self, spec: HandlerSpec, real: Handler | None) -> None:
        self._canned = spec.canned
        self._token = spec.token
        self._real = real

    async def send(
        self, request: HttpRequest, *, call: CallRef, within: float, clock: Clock
    ) -> HttpExchange:
        """Answer a call. Without a real handler, the fault names the canned answers there are."""
        if call.purpose == "token" and self._token is not None:
            return token_exchange(self._token, request)
        answer = self._find_answer(call) if call.purpose == "tool" else None
        if answer is not None:
            return await send_canned_answer(answer, request, within=within, clock=clock)
        if self._real is not None:
            return await self._real.send(request, call=call, within=within, clock=clock)
        fault = HttpFault(kind="unhandled", message=self._describe_unhandled(call))
        return HttpExchange(request=request, fault=fault)

    async def close(self) -> None:
        """Close the real handler.

        Raises:
            HandlerError: the real handler could not be ended.

        """
        if self._real is not None:
            await self._real.close()

    def _find_answer(self, call: CallRef) -> CannedAnswer | None:
        answers = self._canned.get(call.tool, ())
        return next((each for each in answers if not compare(each.when, call.arguments)), None)

    def _describe_unhandled(self, call: CallRef) -> str:
        if call.purpose == "token":
            return (
                f"nobody answers the token request for {call.tool!r}: there is no canned `token`, "
                "and no app, command or url"
            )
        answers = self._canned.get(call.tool, ())
        if answers:
            which = "its only canned answer does not hold"
            if len(answers) > 1:
                which = f"none of its {len(answers)} canned answers holds"
            return (
                f"nobody answers this call of {call.tool!r}: the `when` of {which}, "
                "and there is no app, command or url"
            )
        if not self._canned:
            return (
                f"nobody answers the call of {call.tool!r}: the scenario has no handler, "
                "and no canned answers"
            )
        return (
            f"nobody answers the call of {call.tool!r}: there are canned answers for "
            f"{', '.join(map(repr, self._canned))} only, and there is no app, command or url"
        )


def add_canned_answers(spec: HandlerSpec, real: Handler | None) -> Handler:
    """Wrap a real handler with a scenario's canned answers, if the scenario has any."""
    if real is not None and not spec.canned and spec.token is None:
        return real
    return CannedAnswers(spec, real)
