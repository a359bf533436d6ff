"""Too many findings, too long, too wide, too secret, and nowhere."""

from __future__ import annotations

from msgspec.structs import replace

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.tool.auth import BearerAuth
from pytest_tavus.contract.tool.tool import ApiDelivery, Delivery, Tool
from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.scenario.load.parse import InlineSource
from pytest_tavus.scenario.text.source import Document
from pytest_tavus.spans import SourceSpan
from pytest_tavus.trace.events import Event, Saved
from pytest_tavus.trace.events import Fault as FaultEvent
from pytest_tavus.trace.redaction.redact import Redaction, Secret
from pytest_tavus.verdict.verdict import Difference, Finding, Ruling
from tests.report.picture_calls import missing_call
from tests.report.samples import (
    ANSWER,
    ORDER,
    ORDER_TURN,
    ORDERS_URL,
    SCOPE,
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
            user_said(f"And where is order {number}?"),
            call(number, "get_order_status", {"order_id": f"A-{number}"}),
            delivered(number, ORDERS_URL),
            resolved(number, ANSWER),
            pal_said(f"Order A-{number} is out for delivery."),
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
                user_said("注文はどこですか。" * 12),
                call(1, "get_order_status", {"note": "e\u0301t\u00e9 👩‍💻"}),
                delivered(1, ORDERS_URL),
                resolved(1, "\x1b[31mred\x1b[0m\r\n\u202eevil\u2028" + "x" * 600),
                Saved(name="eta", value={"at": "18時"}),
                pal_said("ご注文は配達中です。"),
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
    pal = Pal(pal_name="Support", tools=(tool,))
    played = scenario(source, "keeps a secret", pal=pal)
    made = result(played, trace([ORDER_TURN, THANKS_TURN]), [finding])
    return replace(made, redaction=Redaction(Secret(*each) for each in pal.secrets()))


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
