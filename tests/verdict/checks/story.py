"""Builds the input of checks by hand: a PAL, a scenario and a trace."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from pytest_tavus.clock import ManualClock
from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.tool.sent import ArgumentReader
from pytest_tavus.contract.tool.tool import ApiDelivery, Delivery, Tool
from pytest_tavus.handler.delivery.outcome import outcome_of
from pytest_tavus.handler.delivery.profile import DeliveryProfile
from pytest_tavus.handler.sent.reader import RequestReader
from pytest_tavus.scenario.values.model import CallExpectation, CallGroup, Scenario, Turn
from pytest_tavus.spans import Loc, SourceSpan, format_loc
from pytest_tavus.trace.events import (
    AnsweredBy,
    Event,
    Failure,
    PalSaid,
    SessionOpened,
    ToolCalled,
    ToolDelivered,
    ToolResolved,
    ToolStatus,
    TurnEnded,
    UserSaid,
)
from pytest_tavus.trace.log import Recorder, Trace
from pytest_tavus.verdict.call import Show, show_clear
from pytest_tavus.verdict.checks.run import Checker, CheckReport
from pytest_tavus.wire import FaultKind, HttpExchange, HttpFault, HttpRequest, HttpResponse

ORDER = {"order_id": "A-10428"}
ANSWER = {"status": "out_for_delivery", "eta": "today by 6pm"}

READ = RequestReader(DeliveryProfile())

OnCallWord = Literal["generate_filler", "static_filler", "silent", "passthrough"]
OnResolveWord = Literal[
    "generate_response", "response_in_result", "add_to_context", "fire_and_forget"
]


class FakeSource:
    """A source whose lines are replaced by the path of the value."""

    def __init__(self, path: str) -> None:
        self.path = path

    def span(self, loc: Loc) -> SourceSpan:
        return SourceSpan(path=f"{self.path}#{format_loc(loc)}", line=1)

    def key_span(self, loc: Loc) -> SourceSpan:
        return self.span(loc)


def tool(
    name: str = "get_order_status",
    *,
    on_call: OnCallWord | None = "silent",
    on_resolve: OnResolveWord | None = "generate_response",
    client: bool = False,
    **more: Any,
) -> Tool:
    properties = {"order_id": {"type": "string"}}
    api = ApiDelivery(url=f"https://shop.example/{name}")
    fields: dict[str, Any] = {
        "name": name,
        "description": "A tool.",
        "parameters": {"type": "object", "properties": properties},
        "delivery": Delivery(app_message=True) if client else Delivery(api=api),
        "on_call": on_call,
        "on_resolve": on_resolve,
    }
    return Tool(**{**fields, **more})


def expect(name: str = "get_order_status", arguments: Any = None, **more: Any) -> CallExpectation:
    at: Loc = more.pop("at", ("calls", name))
    return CallExpectation(at=at, tool=name, arguments=arguments or {}, **more)


def in_order(*members: CallExpectation | CallGroup) -> CallGroup:
    return CallGroup(at=("calls",), ordered=True, members=members)


def in_any_order(*members: CallExpectation | CallGroup) -> CallGroup:
    return CallGroup(at=("calls",), ordered=False, members=members)


def turn(calls: CallGroup | None = None, **more: Any) -> Turn:
    at: Loc = more.pop("at", ("turns", 0))
    return Turn(at=at, user="Where is it?", calls=calls, **more)


def scenario(*turns: Turn, tools: tuple[Tool, ...] | None = None, **more: Any) -> Scenario:
    return Scenario(
        at=(),
        name="a scenario",
        source=FakeSource("s.yaml"),
        pal=Pal(tools=(tool(),) if tools is None else tools),
        pal_source=FakeSource("p.pal.yaml"),
        turns=turns,
        **more,
    )


class Story:
    """Writes a trace, one event after the other, half a second apart."""

    def __init__(self, *, step: float = 0.5) -> None:
        self.recorder = Recorder(now=ManualClock(step=step).now)
        self.recorder.record(
            SessionOpened(session="sim", conversation_id="c1", pal="P", decisions="scripted")
        )
        self._calls = 0

    def record(self, *events: Event) -> Story:
        for event in events:
            self.recorder.record(event)
        return self

    def user(self, text: str = "Where is it?") -> Story:
        self.recorder.turn += 1
        return self.record(UserSaid(text=text))

    def pal(self, text: str, inference_id: str | None = None) -> Story:
        return self.record(PalSaid(text=text, inference_id=inference_id))

    def end(self, quiet_for: float = 0.0) -> Story:
        return self.record(TurnEnded(quiet_for=quiet_for))

    def opens(
        self,
        name: str = "get_order_status",
        arguments: Any = ORDER,
        *,
        inference: str | None = None,
        channel: Literal["api", "app_message"] = "api",
    ) -> str:
        self._calls += 1
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        call_id = f"t{self._calls}"
        called = ToolCalled(
            call_id=call_id, name=name, arguments=text, channel=channel, inference_id=inference
        )
        self.record(called)
        return call_id

    def resolves(
        self,
        call_id: str,
        output: Any = ANSWER,
        *,
        status: ToolStatus = "success",
        http_status: int | None = 200,
        by: AnsweredBy = "handler",
        reason: str | None = None,
        failure: Failure | None = None,
    ) -> Story:
        text = output if isinstance(output, str) else json.dumps(output)
        resolved = ToolResolved(
            call_id=call_id,
            status=status,
            output=text,
            answered_by=by,
            http_status=http_status,
            reason=reason,
            failure=failure,
        )
        return self.record(resolved)

    def call(
        self,
        name: str = "get_order_status",
        arguments: Any = ORDER,
        output: Any = ANSWER,
        **resolution: Any,
    ) -> Story:
        call_id = self.opens(name, arguments)
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        return self.delivers(call_id, name, text or "{}").resolves(call_id, output, **resolution)

    def delivers(self, call_id: str, name: str, body: str, *, url: str | None = None) -> Story:
        """Record the request that carried a call."""
        address = f"https://shop.example/{name}" if url is None else url
        request = HttpRequest(method="POST", url=address, body=body.encode())
        exchange = HttpExchange(request=request, response=HttpResponse(status=200))
        return self.record(ToolDelivered(call_id=call_id, purpose="tool", exchange=exchange))

    def fails(
        self,
        *,
        response: HttpResponse | None = None,
        fault: HttpFault | None = None,
        status: ToolStatus = "error",
        by: AnsweredBy = "handler",
        reason: str | None = None,
    ) -> Story:
        call_id = self.opens()
        body = json.dumps(ORDER).encode()
        request = HttpRequest(method="POST", url="https://shop.example/get_order_status", body=body)
        exchange = HttpExchange(request=request, response=response, fault=fault)
        self.record(ToolDelivered(call_id=call_id, purpose="tool", exchange=exchange))
        code = None if response is None else response.status
        failure = None
        if response is not None or fault is not None:
            failure = outcome_of(exchange, max_bytes=1_000_000).failure
        return self.resolves(
            call_id, "", status=status, http_status=code, by=by, reason=reason, failure=failure
        )

    def trace(self) -> Trace:
        return self.recorder.trace()


def check(
    case: Scenario,
    trace: Trace,
    *,
    read: ArgumentReader = READ,
    show: Show = show_clear,
    scope: Mapping[str, Any] | None = None,
) -> CheckReport:
    return Checker(read=read).check(case, trace, show=show, scope=scope or {})


def report(
    story: Story, *turns: Turn, scope: Mapping[str, Any] | None = None, **more: Any
) -> CheckReport:
    return check(scenario(*turns, **more), story.trace(), scope=scope)


def findings(story: Story, *turns: Turn, **more: Any) -> list[tuple[str, str]]:
    """Return kind and message of every finding."""
    return [(f.kind, f.message) for f in report(story, *turns, **more).findings]


ANY = turn(in_order(expect()))
"""A turn with one call."""


def story_with_answer(arguments: Any = ORDER, name: str = "get_order_status") -> Story:
    """A conversation with one call and its answer."""
    return Story().user().call(name, arguments).pal("It is on its way.").end()


def story_with_failure(
    response: HttpResponse | None = None, fault: HttpFault | None = None, reason: str | None = None
) -> Story:
    """A conversation with one call that failed."""
    story = Story().user().fails(response=response, fault=fault, reason=reason)
    return story.pal("Sorry.").end()


def fault(kind: FaultKind, message: str, traceback: str | None = None) -> HttpFault:
    return HttpFault(kind=kind, message=message, traceback=traceback)
