"""Tools, calls and answers to deliver, and a driver that works without a handler."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.handler.call.port import CallRef
from pytest_tavus.handler.delivery.flow import Outgoing, ToolOutcome, deliver
from pytest_tavus.handler.delivery.grant import TokenStore
from pytest_tavus.handler.delivery.profile import DeliveryProfile
from pytest_tavus.wire import (
    FaultKind,
    HttpExchange,
    HttpFault,
    HttpRequest,
    HttpResponse,
    find_header,
)

URL = "https://api.example.com/orders"


def tool(**api: Any) -> Tool:
    return Tool.from_json(
        {
            "name": "get_order_status",
            "description": "Looks up an order.",
            "delivery": {"api": {"url": URL, **api}},
        }
    )


def call(arguments: dict[str, Any] | None = None, *, inference_id: str | None = None) -> CallRef:
    return CallRef(
        conversation_id="c1a2b3",
        call_id="call_1",
        tool="get_order_status",
        arguments={"order_id": "A-10428"} if arguments is None else arguments,
        inference_id=inference_id,
    )


def answer(
    body: Any = None, *, status: int = 200, content_type: str | None = "application/json"
) -> HttpResponse:
    """Build a response with JSON data, or with bytes as they are."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = () if content_type is None else (("content-type", content_type),)
    return HttpResponse(status=status, headers=headers, body=raw)


def fault(kind: FaultKind, message: str = "the handler is gone") -> HttpFault:
    return HttpFault(kind=kind, message=message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The requests of a call, and its outcome."""

    sent: tuple[Outgoing, ...]
    outcome: ToolOutcome

    @property
    def request(self) -> HttpRequest:
        """The last request for the tool itself."""
        return [each.request for each in self.sent if each.purpose == "tool"][-1]

    @property
    def purposes(self) -> list[str]:
        return [each.purpose for each in self.sent]


def run_delivery(
    tested: Tool,
    made: CallRef | None = None,
    *,
    answers: Iterable[HttpResponse | HttpFault] = (),
    profile: DeliveryProfile | None = None,
    tokens: TokenStore | None = None,
    now: float = 0.0,
) -> Delivery:
    """Deliver a call; each request gets the next answer, and an empty object after the last."""
    flow = deliver(
        tested,
        made or call(),
        profile=profile or DeliveryProfile(),
        tokens=tokens or TokenStore(),
        now=now,
    )
    remaining = iter(answers)
    sent: list[Outgoing] = []
    try:
        outgoing = next(flow)
        while True:
            sent.append(outgoing)
            outgoing = flow.send(_exchange(outgoing.request, next(remaining, answer({}))))
    except StopIteration as stop:
        assert next(remaining, None) is None
        return Delivery(sent=tuple(sent), outcome=stop.value)


def _exchange(request: HttpRequest, found: HttpResponse | HttpFault) -> HttpExchange:
    if isinstance(found, HttpFault):
        return HttpExchange(request=request, fault=found)
    return HttpExchange(request=request, response=found)


def build_sent_request(
    made: CallRef | None = None, *, profile: DeliveryProfile | None = None, **api: Any
) -> HttpRequest:
    """Deliver a call that takes one request, and return that request."""
    found = run_delivery(tool(**api), made, profile=profile)
    assert found.purposes == ["tool"]
    return found.request


def read_header(request: HttpRequest, name: str) -> str | None:
    return find_header(request.headers, name)


def read_json_body(request: HttpRequest) -> Any:
    return json.loads(request.body)
