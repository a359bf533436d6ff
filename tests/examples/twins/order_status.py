"""Mistakes in the order desk."""

from __future__ import annotations

from tests.examples.scene import Edit
from tests.examples.twins.twin import Twin

_ORDER = "order_status.yaml::tells the caller where the order is"
_ORDERS = "apps/orders.py"
_ORDER_PAL = "pals/order_desk.pal.yaml"
_ANSWER = 'return JSONResponse({"status": status, "eta": eta})'

TWINS = (
    Twin(
        name="order_status-answer_without_eta",
        broken="The handler no longer sends `eta`.",
        scenario=_ORDER,
        edits=(Edit(file=_ORDERS, old=', "eta": eta}', new="}"),),
    ),
    Twin(
        name="order_status-answer_renamed",
        broken="The handler sends `eta` under another name, one level further down.",
        scenario=_ORDER,
        edits=(Edit(file=_ORDERS, old='"eta": eta}', new='"delivery": {"eta": eta}}'),),
    ),
    Twin(
        name="order_status-handler_crashes",
        broken="The handler expects the argument under another name and crashes.",
        scenario=_ORDER,
        edits=(Edit(file=_ORDERS, old='["order_id"]', new='["orderId"]'),),
    ),
    Twin(
        name="order_status-handler_answers_500",
        broken="The handler answers 500.",
        scenario=_ORDER,
        edits=(
            Edit(
                file=_ORDERS,
                old=_ANSWER,
                new='return JSONResponse({"error": "database is locked"}, status_code=500)',
            ),
        ),
    ),
    Twin(
        name="order_status-handler_answers_html",
        broken="The handler answers with a page of HTML.",
        scenario=_ORDER,
        edits=(
            Edit(file=_ORDERS, old="import JSONResponse", new="import HTMLResponse, JSONResponse"),
            Edit(file=_ORDERS, old=_ANSWER, new='return HTMLResponse("<h1>Please log in</h1>")'),
        ),
    ),
    Twin(
        name="order_status-handler_answers_too_late",
        broken="The handler takes longer than the tool's timeout.",
        scenario=_ORDER,
        edits=(
            Edit(file=_ORDERS, old="import sqlite3\n", new="import asyncio\nimport sqlite3\n"),
            Edit(file=_ORDERS, old=_ANSWER, new=f"await asyncio.sleep(1)\n    {_ANSWER}"),
            Edit(file=_ORDER_PAL, old="timeout: 5", new="timeout: 0.05"),
        ),
    ),
    Twin(
        name="order_status-handler_moved",
        broken="The handler's route is no longer that of the tool's URL.",
        scenario=_ORDER,
        edits=(Edit(file=_ORDERS, old='Route("/order-status"', new='Route("/orders/status"'),),
    ),
    Twin(
        name="order_status-handler_cannot_be_imported",
        broken="The handler's module raises when it is imported.",
        scenario=_ORDER,
        edits=(Edit(file=_ORDERS, old="import sqlite3\n", new="import sqlite33\n"),),
    ),
    Twin(
        name="order_status-on_resolve_left_out",
        broken="`on_resolve` is left at its default, fire_and_forget.",
        scenario=_ORDER,
        edits=(
            Edit(
                file=_ORDER_PAL,
                old="    on_resolve: generate_response # the PAL waits for the answer and speaks "
                "from it\n",
                new="",
            ),
        ),
    ),
    Twin(
        name="order_status-tool_renamed",
        broken="The tool has another name in the PAL than in the scenario.",
        scenario="order_status.yaml",
        edits=(Edit(file=_ORDER_PAL, old="get_order_status", new="get_status_of_order"),),
    ),
    Twin(
        name="order_status-argument_renamed",
        broken="The tool's argument has another name in the PAL than in the scenario.",
        scenario="order_status.yaml",
        edits=(
            Edit(file=_ORDER_PAL, old="        order_id: {type", new="        order: {type"),
            Edit(file=_ORDER_PAL, old="required: [order_id]", new="required: [order]"),
        ),
    ),
    Twin(
        name="order_status-wrong_argument",
        broken="The PAL looks up another order than the caller's.",
        scenario=_ORDER,
        edits=(
            Edit(
                file="order_status.yaml",
                old="        plays: Good news, order {order_id} is",
                new="        plays:\n"
                "          calls: [get_order_status: {order_id: A-10429}]\n"
                "          says: Good news, order {order_id} is",
            ),
        ),
    ),
    Twin(
        name="order_status-call_that_nobody_expected",
        broken="The PAL looks the order up once more when the caller says thanks.",
        scenario=_ORDER,
        edits=(
            Edit(
                file="order_status.yaml",
                old="        plays: You're welcome.",
                new="        plays: {calls: [get_order_status: {order_id: A-10428}], says: Bye.}",
            ),
        ),
    ),
    Twin(
        name="order_status-call_that_never_came",
        broken="The PAL makes the answer up instead of looking it up.",
        scenario=_ORDER,
        edits=(
            Edit(
                file="order_status.yaml",
                old="        plays: Good news, order {order_id} is out for delivery and should "
                "arrive {result.eta}.",
                new="        plays:\n"
                "          calls: none\n"
                "          says: Good news, order A-10428 should arrive today by 6pm.",
            ),
        ),
    ),
    Twin(
        name="order_status-unknown_order_answered_with_200",
        broken="The handler answers 200 where there is no such order.",
        scenario="order_status.yaml::owns up when there is no such order",
        edits=(Edit(file=_ORDERS, old=", status_code=404", new=""),),
    ),
)
