"""Answers that are errors, too late, without a field, or kept from the PAL."""

from __future__ import annotations

from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.trace.events import Withheld
from pytest_tavus.verdict.verdict import Difference, Finding
from tests.report.samples import (
    ORDER,
    ORDER_TURN,
    ORDERS_URL,
    THANKS_TURN,
    failed_delivery,
    pal_said,
    resolved,
    result,
    scenario,
    trace,
    turn_at,
)

ORDER_NAME = "tells the caller where the order is"


def handler_500() -> ScenarioResult:
    """The handler crashed: its own traceback is shown."""
    failed = "the handler answered 500"
    happened = trace(
        [
            (
                *ORDER_TURN[:2],
                failed_delivery(1, ORDERS_URL, kind="crash", message="KeyError: 'eta'", status=500),
                resolved(1, "Internal Server Error", status="error", reason=failed),
                pal_said("I'm sorry, that did not work."),
            ),
            THANKS_TURN,
        ]
    )
    finding = Finding(
        kind="handler_error",
        message="get_order_status was answered with 500: the handler raised KeyError: 'eta'",
        owner="handler",
        span=turn_at(ORDER, 1, "calls", 0),
        turn=1,
        seqs=(4, 5),
        detail='Traceback (most recent call last):\n  File "apps/orders.py", line 21, in status\n'
        "    return JSONResponse({\"eta\": row['eta']})\n                              ~~~^^^^^^^\n"
        "KeyError: 'eta'",
        change="- get_order_status: {order_id: A-10428}\n  status: 500",
    )
    played = scenario(ORDER, ORDER_NAME)
    return result(played, happened, [finding], trace_path="traces/order_status-1.jsonl")


def timeout() -> ScenarioResult:
    """The handler was slower than the tool's own timeout."""
    late = "no answer within 2 s"
    happened = trace(
        [
            (
                *ORDER_TURN[:2],
                failed_delivery(1, ORDERS_URL, kind="timeout", message=late),
                resolved(1, "", status="timeout", by="nobody", reason=late),
                pal_said("I'm sorry, that did not work."),
            ),
            THANKS_TURN,
        ]
    )
    finding = Finding(
        kind="wrong_status",
        message="get_order_status was expected to succeed in turn 1, and timed out after 2 s",
        owner="handler",
        span=turn_at(ORDER, 1, "calls", 0),
        turn=1,
        seqs=(4, 5),
        differences=(Difference(path="status", expected="success", actual="timeout"),),
        hint="the tool's delivery.api.timeout is 2; raise it, or answer sooner",
    )
    return result(scenario(ORDER, ORDER_NAME), happened, [finding])


def unknown_answer() -> ScenarioResult:
    """The reply needs a field that the handler did not send."""
    happened = trace(
        [
            (
                *ORDER_TURN[:3],
                resolved(1, {"status": "out_for_delivery", "ETA": "today by 6pm"}),
                Withheld(
                    template="Order {order_id} is {result.status} and should arrive {result.eta}.",
                    reason="missing_path",
                    path="result.eta",
                    call_id="call_1",
                ),
                pal_said("I'm sorry, I don't have that information."),
            ),
            THANKS_TURN,
        ]
    )
    finding = Finding(
        kind="unknown_answer",
        message=(
            "the reply of turn 1 needs {result.eta}, and the answer of get_order_status has no "
            "such value"
        ),
        owner="handler",
        span=turn_at(ORDER, 1, "plays"),
        turn=1,
        seqs=(6, 5),
        detail='{"status": "out_for_delivery", "ETA": "today by 6pm"}',
        hint="did you mean {result.ETA}?",
    )
    return result(scenario(ORDER, ORDER_NAME), happened, [finding])


def fire_and_forget() -> ScenarioResult:
    """`on_resolve` was left at its default: the PAL never hears the answer."""
    happened = trace(
        [
            (
                *ORDER_TURN[:4],
                Withheld(
                    template="Order {order_id} is {result.status} and should arrive {result.eta}.",
                    reason="not_in_context",
                    path="result.status",
                    call_id="call_1",
                ),
            ),
            THANKS_TURN,
        ]
    )
    finding = Finding(
        kind="on_resolve",
        message=(
            "the reply of turn 1 needs the answer of get_order_status, and on_resolve: "
            "fire_and_forget (the default) keeps it from the PAL"
        ),
        owner="agent",
        span=turn_at(ORDER, 1, "plays"),
        turn=1,
        seqs=(6, 5),
        hint="set on_resolve: generate_response on get_order_status",
    )
    return result(scenario(ORDER, ORDER_NAME), happened, [finding])
