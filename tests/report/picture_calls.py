"""Calls that are missing, wrong, in another order, or too many."""

from __future__ import annotations

from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.trace.events import AppMessage
from pytest_tavus.verdict.verdict import Difference, Finding
from tests.report.samples import (
    ORDER,
    ORDER_TURN,
    ORDERS_URL,
    SHOP,
    THANKS_TURN,
    call,
    delivered,
    pal_said,
    resolved,
    result,
    scenario,
    trace,
    turn_at,
    user_said,
)

ORDER_NAME = "tells the caller where the order is"

STOCK_URL = "https://api.example.com/stock"

PLACE_URL = "https://api.example.com/orders"


def missing_call() -> ScenarioResult:
    """The expected tool was called, with a shortened id."""
    happened = trace(
        [
            (
                user_said("Where's my order A-10428?"),
                call(1, "get_order_status", {"order_id": "10428"}),
                delivered(1, ORDERS_URL, seconds=0.31),
                resolved(1, {"status": "unknown"}),
                pal_said("I could not find that order."),
            ),
            THANKS_TURN,
        ]
    )
    finding = Finding(
        kind="wrong_arguments",
        message=(
            "get_order_status was expected with arguments.order_id 'A-10428' (text), "
            "but was called with '10428' (text)"
        ),
        owner="agent",
        span=turn_at(ORDER, 1, "calls", 0),
        turn=1,
        seqs=(3,),
        closest="get_order_status: {order_id: '10428'}",
        differences=(
            Difference(
                path="arguments.order_id", expected="'A-10428' (text)", actual="'10428' (text)"
            ),
        ),
        change="get_order_status: {order_id: '10428'}",
    )
    played = scenario(ORDER, ORDER_NAME)
    return result(played, happened, [finding], trace_path="traces/order_status-1.jsonl")


def no_call_at_all() -> ScenarioResult:
    """Nothing was called: there is no entry to point at, so the turn is."""
    happened = trace(
        [(user_said("Where's my order A-10428?"), pal_said("On its way!")), THANKS_TURN]
    )
    finding = Finding(
        kind="missing_call",
        message="get_order_status: {order_id: A-10428} was expected, but the PAL made no call",
        owner="agent",
        span=turn_at(ORDER, 1, "calls", 0),
        turn=1,
        change="calls: none",
    )
    return result(scenario(ORDER, ORDER_NAME), happened, [finding])


def wrong_argument_two_levels_deep() -> ScenarioResult:
    """One value in a list in the arguments is another."""
    order = {
        "customer": {"id": "C-1"},
        "items": [{"sku": "LAMP-7", "quantity": 2}, {"sku": "BULB-1", "quantity": "2"}],
    }
    happened = trace(
        [
            (
                user_said("I'd like two of the lamps, and a bulb for each."),
                call(1, "check_stock", {"sku": "LAMP-7"}),
                delivered(1, STOCK_URL),
                resolved(1, {"in_stock": 14}),
                call(2, "place_order", order),
                delivered(2, PLACE_URL, status=201),
                resolved(2, {"order_id": "A-10428"}),
                pal_said("Your order A-10428 is on its way."),
            )
        ],
        pal="Shop",
    )
    finding = Finding(
        kind="wrong_arguments",
        message=(
            "place_order was expected with arguments.items[1].quantity 2 (number), "
            "but was called with '2' (text)"
        ),
        owner="agent",
        span=turn_at(SHOP, 1, "calls", 1, "place_order", "items", 1, "quantity"),
        turn=1,
        seqs=(6, 7),
        closest=(
            "place_order: {customer: {id: C-1}, items: [{sku: LAMP-7, quantity: 2}, "
            "{sku: BULB-1, quantity: '2'}]}"
        ),
        differences=(
            Difference(
                path="arguments.items[1].quantity", expected="2 (number)", actual="'2' (text)"
            ),
        ),
        hint="declare quantity as an integer in the tool's parameters",
        change=(
            "place_order: {customer: {id: C-1}, items: [{sku: LAMP-7, quantity: 2}, "
            "{sku: BULB-1, quantity: '2'}]}"
        ),
    )
    played = scenario(SHOP, "orders two lamps")
    return result(played, happened, [finding], trace_path="traces/shop-1.jsonl")


def swapped_order() -> ScenarioResult:
    """Both calls came, the second one first, and both were open at once."""
    happened = trace(
        [
            (
                user_said("I'd like two of the lamps, and a bulb for each."),
                call(1, "place_order", {"customer": {"id": "C-1"}}),
                call(2, "check_stock", {"sku": "LAMP-7"}),
                delivered(2, STOCK_URL),
                resolved(2, {"in_stock": 14}),
                delivered(1, PLACE_URL, status=201),
                resolved(1, {"order_id": "A-10428"}),
                pal_said("Your order A-10428 is on its way."),
            )
        ],
        pal="Shop",
    )
    finding = Finding(
        kind="wrong_order",
        message=(
            "place_order: {customer: {id: C-1}} came before check_stock: {sku: LAMP-7}, "
            "but was expected after it"
        ),
        owner="agent",
        span=turn_at(SHOP, 1, "calls", 0),
        turn=1,
        seqs=(4, 3),
        detail="called in this order: place_order then check_stock",
        hint="calls in any order are written under `unordered:`",
    )
    return result(scenario(SHOP, "orders two lamps"), happened, [finding])


def unexpected_call() -> ScenarioResult:
    """A call in a turn in which none was expected."""
    happened = trace(
        [
            ORDER_TURN,
            (
                user_said("Thanks!"),
                call(2, "cancel_order", {"order_id": "A-10428"}, api=False),
                resolved(2, {"cancelled": True}, by="client"),
                AppMessage(
                    direction="to_tavus",
                    event_type="conversation.tool_result",
                    properties={"tool_call_id": "call_2"},
                    note="duplicate",
                ),
                pal_said("You're welcome! I have cancelled it."),
            ),
        ]
    )
    finding = Finding(
        kind="unexpected_call",
        message="cancel_order was called in turn 2, where no call is expected",
        owner="agent",
        span=turn_at(ORDER, 2, "calls"),
        turn=2,
        seqs=(9, 10),
        change="calls:\n  - cancel_order: {order_id: A-10428}",
    )
    return result(scenario(ORDER, ORDER_NAME), happened, [finding])
