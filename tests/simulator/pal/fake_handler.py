"""A handler inside the test, which records its calls."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from pytest_tavus.clock import Clock
from pytest_tavus.handler.call.port import CallRef
from pytest_tavus.wire import HttpExchange, HttpFault, HttpRequest, HttpResponse

AnswerCall = Callable[[CallRef], HttpResponse | HttpFault]


class FakeHandler:
    """Answers calls with a function of the test, and records the calls."""

    def __init__(self, answer_call: AnswerCall) -> None:
        self.calls: list[CallRef] = []
        self.within: list[float] = []
        self._answer_call = answer_call

    async def send(
        self, request: HttpRequest, *, call: CallRef, within: float, clock: Clock
    ) -> HttpExchange:
        self.calls.append(call)
        self.within.append(within)
        await asyncio.sleep(0)
        answer = self._answer_call(call)
        if isinstance(answer, HttpFault):
            return HttpExchange(request=request, fault=answer)
        return HttpExchange(request=request, response=answer)

    async def close(self) -> None:
        """Do nothing: no process runs."""


def ok(body: Any, status: int = 200) -> HttpResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = (("content-type", "application/json"),)
    return HttpResponse(status=status, headers=headers, body=raw)
