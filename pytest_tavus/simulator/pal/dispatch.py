"""Delivers the calls of a simulated PAL, over HTTP to the handler or to the client tools."""

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

OnAnswer = Callable[[ToolCalled, str, AnsweredBy], None]
"""Called with each call and its answer in clear, even if the call failed."""


class AppMessageTools(Protocol):
    """Answers the tools of `delivery.app_message`."""

    async def answer(self, call: ToolCalled, *, clock: Clock) -> tuple[ToolOutcome, Fault | None]:
        """Return the outcome of a call, and the fault that caused the outcome."""
        ...


class Wire(Struct, frozen=True, kw_only=True):
    """The receivers of calls, and the form of requests."""

    handler: Handler
    client: AppMessageTools
    profile: DeliveryProfile


class WireDispatcher:
    """Delivers calls for one conversation and records every exchange."""

    def __init__(
        self, wire: Wire, shared: ConversationContext, *, conversation_id: str, on_answer: OnAnswer
    ) -> None:
        self._wire = wire
        self._recorder = shared.recorder
        self._clock = shared.clock
        self._conversation_id = conversation_id
        self._on_answer = on_answer
        # One store per conversation, so that no scenario depends on an earlier scenario.
        self._tokens = TokenStore()

    async def dispatch(self, tool: Tool | None, call: ToolCalled, *, turn: int) -> ToolResolved:
        """Deliver a call over the channel of its tool."""
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
        # A failed call has no output, but `save` may read the body of its answer.
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
        """Return the outcome, and the body of the last answer, even of a failed one."""
        now = self._clock.now()
        ref, profile = self._build_ref(call), self._wire.profile
        flow = deliver(tool, ref, profile=profile, tokens=self._tokens, now=now)
        within = 0.0 if tool.delivery.api is None else tool.delivery.api.timeout
        body = ""
        try:
            outgoing = next(flow)
            while True:
                call_ref = ref if outgoing.purpose == "tool" else replace(ref, purpose="token")
                exchange = await self._wire.handler.send(
                    outgoing.request, call=call_ref, within=within, clock=self._clock
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
            # Without the hint, which a report prints on a separate line.
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
    """Return an error for a call that the PAL made undeliverable [inferred]."""
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
