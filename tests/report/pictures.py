"""One result for every failure picture that is pinned by a golden file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pytest_tavus.contract.auth import BearerAuth
from pytest_tavus.contract.pal import Pal
from pytest_tavus.contract.tool import ApiDelivery, Delivery, Tool
from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.scenario.source import Document, InlineSource
from pytest_tavus.spans import SourceSpan
from pytest_tavus.trace.events import AppMessage, Event, Saved, Withheld
from pytest_tavus.trace.events import Fault as FaultEvent
from pytest_tavus.verdict import Difference, Finding, Ruling, decide
from tests.report.samples import (
    ANSWER,
    ORDER,
    ORDER_TURN,
    ORDERS_URL,
    SCOPE,
    SHOP,
    THANKS_TURN,
    asked,
    broken,
    call,
    delivered,
    resolved,
    result,
    said,
    scenario,
    trace,
    turn_at,
)

ORDER_NAME = "tells the caller where the order is"
STOCK_URL = "https://api.example.com/stock"
PLACE_URL = "https://api.example.com/orders"


def missing_call() -> ScenarioResult:
    """The expected tool was called, with a shortened id."""
    happened = trace(
        [
            (
                asked("Where's my order A-10428?"),
                call(1, "get_order_status", {"order_id": "10428"}),
                delivered(1, ORDERS_URL, seconds=0.31),
                resolved(1, {"status": "unknown"}),
                said("I could not find that order."),
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
    happened = trace([(asked("Where's my order A-10428?"), said("On its way!")), THANKS_TURN])
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
                asked("I'd like two of the lamps, and a bulb for each."),
                call(1, "check_stock", {"sku": "LAMP-7"}),
                delivered(1, STOCK_URL),
                resolved(1, {"in_stock": 14}),
                call(2, "place_order", order),
                delivered(2, PLACE_URL, status=201),
                resolved(2, {"order_id": "A-10428"}),
                said("Your order A-10428 is on its way."),
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
                asked("I'd like two of the lamps, and a bulb for each."),
                call(1, "place_order", {"customer": {"id": "C-1"}}),
                call(2, "check_stock", {"sku": "LAMP-7"}),
                delivered(2, STOCK_URL),
                resolved(2, {"in_stock": 14}),
                delivered(1, PLACE_URL, status=201),
                resolved(1, {"order_id": "A-10428"}),
                said("Your order A-10428 is on its way."),
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


def handler_500() -> ScenarioResult:
    """The handler crashed: its own traceback is shown."""
    failed = "the handler answered 500"
    happened = trace(
        [
            (
                *ORDER_TURN[:2],
                broken(1, ORDERS_URL, kind="crash", message="KeyError: 'eta'", status=500),
                resolved(1, "Internal Server Error", status="error", reason=failed),
                said("I'm sorry, that did not work."),
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
                broken(1, ORDERS_URL, kind="timeout", message=late),
                resolved(1, "", status="timeout", by="nobody", reason=late),
                said("I'm sorry, that did not work."),
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
                said("I'm sorry, I don't have that information."),
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


def unexpected_call() -> ScenarioResult:
    """A call in a turn in which none was expected."""
    happened = trace(
        [
            ORDER_TURN,
            (
                asked("Thanks!"),
                call(2, "cancel_order", {"order_id": "A-10428"}, api=False),
                resolved(2, {"cancelled": True}, by="client"),
                AppMessage(
                    direction="to_tavus",
                    event_type="conversation.tool_result",
                    properties={"tool_call_id": "call_2"},
                    note="duplicate",
                ),
                said("You're welcome! I have cancelled it."),
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


def undecided_judge() -> ScenarioResult:
    """Nothing is wrong and something is not proven."""
    judge = ORDER.span((*SCOPE, "judge", "objectives", "locate_order"))
    rulings = (
        Ruling(subject="overall", outcome="pass", reason="expected pass", judge="rules/1"),
        Ruling(
            subject="objective locate_order",
            outcome="unsure",
            reason="expected satisfied, and nobody can say: no rule says when it is satisfied",
            judge="rules/1",
            span=judge,
            hint="declare one under judge_rules in the PAL's file",
        ),
    )
    happened = trace([ORDER_TURN, THANKS_TURN])
    return result(scenario(ORDER, ORDER_NAME), happened, rulings=rulings)


def broken_guardrail() -> ScenarioResult:
    """The judge alone fails the run."""
    rulings = (
        Ruling(
            subject="objective locate_order",
            outcome="pass",
            reason='turn 1: get_order_status {"order_id": "A-10428"} succeeded',
            judge="rules/1",
            seqs=(3, 5),
        ),
        Ruling(
            subject="guardrail no_refunds",
            outcome="fail",
            reason='turn 2: the PAL said "refund" in "Sure, I can refund you right away."',
            judge="rules/1",
            span=ORDER.span((*SCOPE, "judge")),
            seqs=(9,),
        ),
    )
    refund = (asked("Can I have my money back?"), said("Sure, I can refund you right away."))
    happened = trace([ORDER_TURN, refund])
    played = scenario(ORDER, ORDER_NAME)
    return result(played, happened, rulings=rulings, trace_path="traces/order_status-1.jsonl")


def several_findings() -> ScenarioResult:
    """The first in full, the others in short, one conversation with all marks."""
    wrong = missing_call()
    (first,) = wrong.verdict.findings
    speech = Finding(
        kind="missing_speech",
        message="'today by 6pm' was expected to be heard in turn 1",
        owner="agent",
        span=turn_at(ORDER, 1, "says", "contains", 1),
        turn=1,
        seqs=(6,),
        differences=(
            Difference(path="", expected="'today by 6pm'", actual="'I could not find that order.'"),
        ),
    )
    lookup = Finding(
        kind="wrong_result",
        message="get_order_status answered something else in turn 1",
        owner="handler",
        span=turn_at(ORDER, 1, "calls", 0, "result"),
        turn=1,
        seqs=(5,),
        differences=(
            Difference(
                path="result.status",
                expected="'out_for_delivery' (text)",
                actual="'unknown' (text)",
            ),
        ),
        hint="the handler's data has no order 10428",
    )
    guardrail = Ruling(
        subject="guardrail no_excuses",
        outcome="fail",
        reason='turn 1: the PAL said "could not" in "I could not find that order."',
        judge="rules/1",
        seqs=(6,),
    )
    return result(wrong.scenario, wrong.trace, [first, speech, lookup], rulings=[guardrail])


def very_long_conversation() -> ScenarioResult:
    """Two hundred turns, of which one matters."""
    turns: list[tuple[Event, ...]] = [
        (
            asked(f"And where is order {number}?"),
            call(number, "get_order_status", {"order_id": f"A-{number}"}),
            delivered(number, ORDERS_URL),
            resolved(number, ANSWER),
            said(f"Order A-{number} is out for delivery."),
        )
        for number in range(1, 201)
    ]
    happened = trace(turns)
    finding = Finding(
        kind="missing_speech",
        message="'today by 6pm' was expected to be heard in turn 137",
        owner="agent",
        span=turn_at(ORDER, 1, "says"),
        turn=137,
        seqs=(822,),
    )
    return result(scenario(ORDER, ORDER_NAME), happened, [finding])


def unicode_and_wide_text() -> ScenarioResult:
    """Two columns a character, escape sequences, and a text that does not end."""
    text = (
        "scenarios:\n"
        "  - name: 注文の状況\n"
        "    turns:\n"
        "      - {user: 注文はどこ, says: {contains: [本日18時]}}\n"
    )
    source = Document(path="scenarios/日本語.yaml", text=text)
    happened = trace(
        [
            (
                asked("注文はどこですか。" * 12),
                call(1, "get_order_status", {"note": "e\u0301t\u00e9 👩‍💻"}),
                delivered(1, ORDERS_URL),
                resolved(1, "\x1b[31mred\x1b[0m\r\n\u202eevil\u2028" + "x" * 600),
                Saved(name="eta", value={"at": "18時"}),
                said("ご注文は配達中です。"),
            )
        ]
    )
    finding = Finding(
        kind="missing_speech",
        message="'本日18時' was expected to be heard in turn 1",
        owner="agent",
        span=source.span((*SCOPE, "turns", 0, "says", "contains", 0)),
        turn=1,
        seqs=(7,),
        differences=(
            Difference(
                path="",
                expected="'ご注文は配達中です。本日18時までにお届けする予定でございます。' (text)",
                actual="'ご注文は配達中です。本日20時までにお届けする予定でございます。' (text)",
            ),
        ),
    )
    return result(scenario(source, "注文の状況"), happened, [finding])


def masked_secrets() -> ScenarioResult:
    """A secret of the PAL stands beside the fault in the file, and in the finding."""
    text = (
        "pal:\n"
        "  tools:\n"
        "    - name: get_order_status\n"
        "      delivery:\n"
        "        api:\n"
        "          url: https://api.example.com/orders/status\n"
        "          auth: {type: bearer, token: canary-token-1234}\n"
        "      on_resolve: fire_and_forget\n"
        "      description: Look an order up.\n"
    )
    source = Document(path="scenarios/inline.yaml", text=text)
    api = ApiDelivery(url=ORDERS_URL, auth=BearerAuth(type="bearer", token="canary-token-1234"))
    tool = Tool(name="get_order_status", description="Look up.", delivery=Delivery(api=api))
    finding = Finding(
        kind="on_resolve",
        message="the PAL answered before canary-token-1234 was checked",
        owner="agent",
        span=SourceSpan(path="scenarios/inline.yaml", line=8, column=7),
        turn=1,
        seqs=(3,),
        closest='get_order_status {"token": "canary-token-1234"}',
        differences=(
            Difference(path="arguments.token", expected="absent", actual="'canary-token-1234'"),
        ),
        detail="Authorization: Bearer canary-token-1234",
        hint="keep canary-token-1234 to yourself",
        change="token: canary-token-1234",
    )
    played = scenario(source, "keeps a secret", pal=Pal(pal_name="Support", tools=(tool,)))
    return result(played, trace([ORDER_TURN, THANKS_TURN]), [finding])


def no_source_text() -> ScenarioResult:
    """A scenario made in Python has no lines to show, and that is no fault."""
    played = scenario(ORDER, "made in Python")
    nowhere = InlineSource()
    finding = Finding(
        kind="fault",
        message="the handler could not be started: there is no module apps.orders",
        owner="handler",
        span=nowhere.span(()),
        turn=0,
        seqs=(2,),
        detail="ModuleNotFoundError: No module named 'apps.orders'",
    )
    fault = FaultEvent(owner="handler", message="there is no module apps.orders")
    return result(played, trace([(fault,)]), [finding])


def no_evidence() -> ScenarioResult:
    """Nothing was looked at."""
    played = result(scenario(ORDER, ORDER_NAME), trace([THANKS_TURN]))
    return ScenarioResult(
        scenario=played.scenario,
        trace=played.trace,
        verdict=decide((), (), evidence=0),
        provenance=played.provenance,
    )


PICTURES: Mapping[str, Callable[[], ScenarioResult]] = {
    picture.__name__: picture
    for picture in (
        missing_call,
        no_call_at_all,
        wrong_argument_two_levels_deep,
        swapped_order,
        handler_500,
        timeout,
        unknown_answer,
        fire_and_forget,
        unexpected_call,
        undecided_judge,
        broken_guardrail,
        several_findings,
        very_long_conversation,
        unicode_and_wide_text,
        masked_secrets,
        no_source_text,
        no_evidence,
    )
}
"""By the name of the golden file."""
