"""A handler that is no further away than the test, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from pytest_tavus.clock import Clock
from pytest_tavus.handler.call.port import CallRef
from pytest_tavus.wire import HttpExchange, HttpFault, HttpRequest, HttpResponse

Answering = Callable[[CallRef], HttpResponse | HttpFault]


class Far:
    """A handler at the other end of the wire: remembers what it was asked."""

    def __init__(self, answering: Answering) -> None:
        self.asked: list[CallRef] = []
        self.within: list[float] = []
        self._answering = answering

    async def send(
        self, request: HttpRequest, *, call: CallRef, within: float, clock: Clock
    ) -> HttpExchange:
        self.asked.append(call)
        self.within.append(within)
        await asyncio.sleep(0)
        found = self._answering(call)
        if isinstance(found, HttpFault):
            return HttpExchange(request=request, fault=found)
        return HttpExchange(request=request, response=found)

    async def close(self) -> None:
        """Nothing to end."""


def ok(body: Any, status: int = 200) -> HttpResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = (("content-type", "application/json"),)
    return HttpResponse(status=status, headers=headers, body=raw)
