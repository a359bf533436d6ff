"""Scenarios, traces and results, built by hand.

Times are fixed, so that every report of them is the same on every machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.report.result import ScenarioResult, provenance
from pytest_tavus.scenario.text.source import Document
from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.spans import SourceSpan
from pytest_tavus.trace.events import (
    AnsweredBy,
    Event,
    PalSaid,
    SessionClosed,
    SessionOpened,
    ToolCalled,
    ToolDelivered,
    ToolResolved,
    ToolStatus,
    TurnEnded,
    UserSaid,
)
from pytest_tavus.trace.facts import Evidence
from pytest_tavus.trace.log import Entry, Trace
from pytest_tavus.verdict.verdict import Finding, Ruling, Verdict, decide
from pytest_tavus.wire import FaultKind, HttpExchange, HttpFault, HttpRequest, HttpResponse

SCOPE = ("scenarios", 0)

ORDER_YAML = """\
pal: pals/support.pal.yaml
handler: {app: apps.orders:app}
scenarios:
  - name: tells the caller where the order is
    turns:
      - user: Where's my order A-10428?
        calls:
          - get_order_status: {order_id: A-10428}
            result: {status: out_for_delivery}
            within: 2s
        plays: Order {order_id} is {result.status} and should arrive {result.eta}.
        says: {contains: [A-10428, today by 6pm]}
      - user: Thanks!
        calls: none
    judge: {overall: pass, objectives: {locate_order: satisfied}}
"""

SHOP_YAML = """\
pal: pals/shop.pal.yaml
handler: {app: apps.shop:app}
scenarios:
  - name: orders two lamps
    turns:
      - user: I'd like two of the lamps, and a bulb for each.
        calls:
          - check_stock: {sku: LAMP-7}
          - place_order:
              customer: {id: C-1}
              items:
                - {sku: LAMP-7, quantity: 2}
                - {sku: BULB-1, quantity: 2}
        says: {contains: [on its way]}
"""

ORDER = Document(path="scenarios/order_status.yaml", text=ORDER_YAML)
SHOP = Document(path="scenarios/shop.yaml", text=SHOP_YAML)
ORDERS_URL = "https://api.example.com/orders/status"
GET_ORDER_STATUS = Tool(name="get_order_status", description="Look an order up.")
ANSWER = {"status": "out_for_delivery", "eta": "today by 6pm"}


def scenario(source: Document, name: str, *, pal: Pal | None = None) -> Scenario:
    """Build a scenario of that file."""
    pal = pal or Pal(pal_name="Support", tools=(GET_ORDER_STATUS,))
    return Scenario(at=SCOPE, name=name, source=source, pal=pal, pal_source=source)


def turn_at(source: Document, turn: int, *path: str | int) -> SourceSpan:
    return source.span((*SCOPE, "turns", turn - 1, *path))


def trace(turns: Sequence[Sequence[Event]], *, pal: str = "Support", seconds: float = 0.1) -> Trace:
    """Build a trace of these turns, with this many seconds between two events."""
    opened = SessionOpened(session="sim", conversation_id="c0001", pal=pal, decisions="scripted")
    closed = SessionClosed(reason="finished")
    placed: list[tuple[int, Event]] = [(0, opened)]
    for number, events in enumerate(turns, start=1):
        placed += [(number, event) for event in (*events, TurnEnded())]
    placed.append((len(turns), closed))
    return Trace(
        tuple(
            Entry(seq=seq, at=seq * seconds, turn=turn, event=event)
            for seq, (turn, event) in enumerate(placed, start=1)
        )
    )


def call(number: int, name: str, arguments: Mapping[str, Any], *, api: bool = True) -> ToolCalled:
    return ToolCalled(
        call_id=f"call_{number}",
        name=name,
        arguments=json.dumps(arguments, ensure_ascii=False),
        channel="api" if api else "app_message",
    )


def delivered(number: int, url: str, *, status: int = 200, seconds: float = 0.004) -> ToolDelivered:
    exchange = HttpExchange(
        request=HttpRequest(method="POST", url=url),
        response=HttpResponse(status=status),
        seconds=seconds,
    )
    return ToolDelivered(call_id=f"call_{number}", purpose="tool", exchange=exchange)


def failed_delivery(
    number: int, url: str, *, kind: FaultKind, message: str, status: int | None = None
) -> ToolDelivered:
    exchange = HttpExchange(
        request=HttpRequest(method="POST", url=url),
        response=None if status is None else HttpResponse(status=status),
        fault=HttpFault(kind=kind, message=message),
        seconds=2.0 if kind == "timeout" else 0.003,
    )
    return ToolDelivered(call_id=f"call_{number}", purpose="tool", exchange=exchange)


def resolved(
    number: int,
    output: Any,
    *,
    status: ToolStatus = "success",
    by: AnsweredBy = "handler",
    reason: str | None = None,
) -> ToolResolved:
    text = output if isinstance(output, str) else json.dumps(output, ensure_ascii=False)
    return ToolResolved(
        call_id=f"call_{number}", status=status, output=text, answered_by=by, reason=reason
    )


def user_said(text: str) -> UserSaid:
    return UserSaid(text=text)


def pal_said(text: str) -> PalSaid:
    return PalSaid(text=text)


ORDER_TURN: tuple[Event, ...] = (
    user_said("Where's my order A-10428?"),
    call(1, "get_order_status", {"order_id": "A-10428"}),
    delivered(1, ORDERS_URL),
    resolved(1, ANSWER),
    pal_said("Order A-10428 is out_for_delivery and should arrive today by 6pm."),
)
THANKS_TURN: tuple[Event, ...] = (user_said("Thanks!"), pal_said("You're welcome!"))


def result(
    played: Scenario,
    happened: Trace,
    findings: Iterable[Finding] = (),
    *,
    rulings: Iterable[Ruling] = (),
    trace_path: str | None = None,
) -> ScenarioResult:
    """Build the result that a run would return."""
    verdict: Verdict = decide(tuple(findings), tuple(rulings), evidence=Evidence(held=2, played=1))
    return ScenarioResult(
        scenario=played,
        trace=happened,
        verdict=verdict,
        provenance=provenance(happened),
        trace_path=trace_path,
    )
