"""Delivers the calls of a simulated PAL: over HTTP to the handler, or to the client tools."""

from __future__ import annotations

import asyncio
import inspect
import json
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pytest_tavus.contract.tool import Tool
from pytest_tavus.delivery.flow import ToolOutcome, deliver
from pytest_tavus.delivery.profile import DeliveryProfile
from pytest_tavus.delivery.tokens import TokenStore
from pytest_tavus.errors import HandlerError, ScenarioError
from pytest_tavus.gateway.port import CallRef, Handler
from pytest_tavus.matching.compare import compare
from pytest_tavus.scenario.model import ClientAnswer
from pytest_tavus.simulator.conversation import Surroundings
from pytest_tavus.trace.events import Fault, ToolCalled, ToolDelivered, ToolResolved

Resolved = Callable[[ToolCalled, ToolResolved], None]
"""Told of each call with its answer as it really is, before anything is redacted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """The tools of `delivery.app_message`, as the page in front of the caller would answer them."""

    answers: Mapping[str, tuple[ClientAnswer, ...]]
    load: Callable[[str], Any]
    "Finds the object an import string names. Raises `HandlerError`."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """What a dispatcher sends with."""

    handler: Handler
    client: Client
    profile: DeliveryProfile


class WireDispatcher:
    """Delivers calls for one conversation and records every exchange."""

    def __init__(
        self, wire: Wire, around: Surroundings, *, conversation_id: str, resolved: Resolved
    ) -> None:
        self._wire = wire
        self._recorder = around.recorder
        self._clock = around.clock
        self._conversation_id = conversation_id
        self._resolved = resolved
        # Of one conversation, so that no scenario depends on which one ran before it.
        self._tokens = TokenStore()

    async def dispatch(self, tool: Tool | None, call: ToolCalled, *, turn: int) -> ToolResolved:
        """Deliver one call by its tool's channel and return what became of it."""
        if tool is None:
            outcome = _nobody(f"the PAL has no tool named {call.name!r}")
        elif tool.channel == "api":
            outcome = await self._over_http(tool, call, turn=turn)
        else:
            outcome = await self._by_client(call, turn=turn)
        event = ToolResolved(
            call_id=call.call_id,
            status=outcome.status,
            output=outcome.output,
            answered_by=outcome.answered_by,
            http_status=outcome.http_status,
            reason=outcome.reason,
        )
        self._recorder.record(event, turn=turn)
        self._resolved(call, event)
        return event

    async def _over_http(self, tool: Tool, call: ToolCalled, *, turn: int) -> ToolOutcome:
        wire = self._wire
        api = tool.delivery.api
        within = 0.0 if api is None else api.timeout
        flow = deliver(
            tool,
            self._ref(call),
            profile=wire.profile,
            tokens=self._tokens,
            now=self._clock.now(),
        )
        try:
            outgoing = next(flow)
            while True:
                ref = self._ref(call, purpose=outgoing.purpose)
                exchange = await wire.handler.send(
                    outgoing.request, call=ref, within=within, clock=self._clock
                )
                delivered = ToolDelivered(
                    call_id=call.call_id, purpose=outgoing.purpose, exchange=exchange
                )
                self._recorder.record(delivered, turn=turn)
                outgoing = flow.send(exchange)
        except StopIteration as stop:
            outcome: ToolOutcome = stop.value
            return outcome
        except ScenarioError as error:
            reason = f"{call.name} cannot be sent: {error}"
            self._recorder.record(Fault(owner="test", message=reason), turn=turn)
            return _nobody(reason)

    def _ref(self, call: ToolCalled, *, purpose: Any = "tool") -> CallRef:
        return CallRef(
            conversation_id=self._conversation_id,
            call_id=call.call_id,
            tool=call.name,
            arguments=json.loads(call.arguments or "{}"),
            purpose=purpose,
            inference_id=call.inference_id,
        )

    async def _by_client(self, call: ToolCalled, *, turn: int) -> ToolOutcome:
        arguments: dict[str, Any] = json.loads(call.arguments or "{}")
        answers = self._wire.client.answers.get(call.name, ())
        answer = next((a for a in answers if not compare(a.when, arguments)), None)
        if answer is None:
            fault = Fault(owner="test", message=self._untaken(call, answers))
            self._recorder.record(fault, turn=turn)
            return _nobody("no client answer takes this call")
        await self._clock.sleep(answer.delay)
        if answer.unanswered:
            return _nobody("the client was told not to answer")
        if answer.call is not None:
            return await self._by_callable(answer.call, arguments, turn=turn)
        return _client_outcome(answer.output, status=answer.status)

    def _untaken(self, call: ToolCalled, answers: tuple[ClientAnswer, ...]) -> str:
        declared = (
            f"none of its {len(answers)} client answers takes these arguments"
            if answers
            else "`client:` declares no answer for it"
        )
        return f"{call.name} is delivered as an app message, and {declared}"

    async def _by_callable(
        self, import_string: str, arguments: dict[str, Any], *, turn: int
    ) -> ToolOutcome:
        try:
            function = self._wire.client.load(import_string)
            return _client_outcome(await _called(function, arguments), status="success")
        except HandlerError as error:
            reason, detail = error.message, error.detail
        except Exception as error:  # noqa: BLE001 - whatever the user's code raises is its answer
            detail = "".join(traceback.format_exception(error.with_traceback(_own(error))))
            reason = f"{import_string} raised {type(error).__name__}: {error}"
        fault = Fault(owner="handler", message=reason, detail=detail)
        self._recorder.record(fault, turn=turn)
        return ToolOutcome(
            status="error", output="", http_status=None, reason=reason, answered_by="client"
        )


async def _called(function: Callable[[dict[str, Any]], Any], arguments: dict[str, Any]) -> Any:
    """Call the user's function, off the loop where it is not a coroutine function."""
    if inspect.iscoroutinefunction(function):
        return await function(arguments)
    output = await asyncio.to_thread(function, arguments)
    return await output if inspect.isawaitable(output) else output


def _own(error: BaseException) -> Any:
    """Drop the frames above the user's code: ours, and the thread's."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None and _is_ours(frame):
        frame = frame.tb_next
    return frame


def _is_ours(frame: Any) -> bool:
    module = frame.tb_frame.f_globals.get("__name__", "")
    return bool(module.split(".")[0] in {"pytest_tavus", "asyncio", "concurrent"})


def _client_outcome(output: Any, *, status: Any) -> ToolOutcome:
    text = output if isinstance(output, str) else json.dumps(output, ensure_ascii=False)
    reason = "the client answered with status error" if status == "error" else None
    return ToolOutcome(
        status=status,
        output="" if output is None else text,
        http_status=None,
        reason=reason,
        answered_by="client",
    )


def _nobody(reason: str) -> ToolOutcome:
    return ToolOutcome(
        status="unanswered", output="", http_status=None, reason=reason, answered_by="nobody"
    )
