"""Delivers the calls of a simulated PAL: over HTTP to the handler, or to the client tools."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from pytest_tavus.clock import Clock
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.errors import ScenarioError
from pytest_tavus.handler.call.port import CallRef, Handler
from pytest_tavus.handler.delivery.flow import ToolOutcome, deliver
from pytest_tavus.handler.delivery.grant import TokenStore
from pytest_tavus.handler.delivery.profile import DeliveryProfile
from pytest_tavus.simulator.pal.arguments import UnreadableArguments, read_arguments
from pytest_tavus.simulator.pal.client import build_unanswered_outcome
from pytest_tavus.simulator.pal.conversation import ConversationContext
from pytest_tavus.trace.events import (
    AnsweredBy,
    Fault,
    ToolCalled,
    ToolDelivered,
    ToolResolved,
)
from pytest_tavus.wire import HttpExchange

Answered = Callable[[ToolCalled, str, AnsweredBy], None]
"""Told of each call with what came back, failed or not, before anything is redacted."""


class AppMessageTools(Protocol):
    """Whoever answers the tools of `delivery.app_message`."""

    async def answer(self, call: ToolCalled, *, clock: Clock) -> tuple[ToolOutcome, Fault | None]:
        """Return what becomes of a call, and the fault behind it, where there is one."""
        ...


class Wire(Struct, frozen=True, kw_only=True):
    """What a dispatcher sends with."""

    handler: Handler
    client: AppMessageTools
    profile: DeliveryProfile


class WireDispatcher:
    """Delivers calls for one conversation and records every exchange."""

    def __init__(
        self, wire: Wire, around: ConversationContext, *, conversation_id: str, answered: Answered
    ) -> None:
        self._wire = wire
        self._recorder = around.recorder
        self._clock = around.clock
        self._conversation_id = conversation_id
        self._on_answer = answered
        # Of one conversation, so that no scenario depends on which one ran before it.
        self._tokens = TokenStore()

    async def dispatch(self, tool: Tool | None, call: ToolCalled, *, turn: int) -> ToolResolved:
        """Deliver one call by its tool's channel and return what became of it."""
        body = ""
        try:
            if tool is None:
                outcome = build_unanswered_outcome(f"the PAL has no tool named {call.name!r}")
            elif tool.channel == "api":
                outcome, body = await self._send_over_http(tool, call, turn=turn)
            else:
                outcome = await self._ask_client(call, turn=turn)
        except UnreadableArguments as unreadable:
            self._recorder.record(Fault(owner="agent", message=str(unreadable)), turn=turn)
            outcome = _build_unsent_outcome(str(unreadable))
        event = ToolResolved(
            call_id=call.call_id,
            status=outcome.status,
            output=outcome.output,
            answered_by=outcome.answered_by,
            http_status=outcome.http_status,
            reason=outcome.reason,
            failure=outcome.failure,
        )
        self._recorder.record(event, turn=turn)
        self._on_answer(call, outcome.output or body, outcome.answered_by)
        return event

    async def _ask_client(self, call: ToolCalled, *, turn: int) -> ToolOutcome:
        outcome, fault = await self._wire.client.answer(call, clock=self._clock)
        if fault is not None:
            self._recorder.record(fault, turn=turn)
        return outcome

    async def _send_over_http(
        self, tool: Tool, call: ToolCalled, *, turn: int
    ) -> tuple[ToolOutcome, str]:
        """Return the outcome, and the body of the last answer whatever it came to."""
        now = self._clock.now()
        ref, profile = self._build_ref(call), self._wire.profile
        flow = deliver(tool, ref, profile=profile, tokens=self._tokens, now=now)
        within = 0.0 if tool.delivery.api is None else tool.delivery.api.timeout
        body = ""
        try:
            outgoing = next(flow)
            while True:
                asking = ref if outgoing.purpose == "tool" else replace(ref, purpose="token")
                exchange = await self._wire.handler.send(
                    outgoing.request, call=asking, within=within, clock=self._clock
                )
                delivered = ToolDelivered(
                    call_id=call.call_id, purpose=outgoing.purpose, exchange=exchange
                )
                self._recorder.record(delivered, turn=turn)
                body = _body(exchange) if outgoing.purpose == "tool" else body
                outgoing = flow.send(exchange)
        except StopIteration as stop:
            outcome: ToolOutcome = stop.value
            return outcome, body
        except ScenarioError as error:
            # The sentence alone: where a failure is told, its hint is a line of its own.
            problem = error.problems[0]
            reason = f"{call.name} cannot be sent: {problem.message}"
            fault = Fault(owner="test", message=reason, detail=problem.hint)
            self._recorder.record(fault, turn=turn)
            return build_unanswered_outcome(reason), body

    def _build_ref(self, call: ToolCalled) -> CallRef:
        return CallRef(
            conversation_id=self._conversation_id,
            call_id=call.call_id,
            tool=call.name,
            arguments=read_arguments(call),
            inference_id=call.inference_id,
        )


def _build_unsent_outcome(reason: str) -> ToolOutcome:
    """Return the outcome of a call that cannot be delivered because of the PAL [inferred]."""
    return ToolOutcome(
        status="error",
        output="",
        http_status=None,
        reason=reason,
        answered_by="nobody",
        failure="unreachable",
    )


def _body(exchange: HttpExchange) -> str:
    return "" if exchange.response is None else exchange.response.body.decode(errors="replace")
