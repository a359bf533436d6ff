"""One handler for the whole server, and a fallback until a script or an option names it."""

from __future__ import annotations

import pytest

from pytest_tavus.clock import Clock, RealClock
from pytest_tavus.errors import ScenarioError
from pytest_tavus.handler.call.port import CallRef
from pytest_tavus.scenario.values.model import HandlerSpec
from pytest_tavus.simulator.server.control.handler_slot import HandlerSlot
from pytest_tavus.wire import HttpExchange, HttpRequest

pytestmark = pytest.mark.asyncio

ONE = HandlerSpec(at=("handler",), app="one:app", search_path=("/a",))
SAME = HandlerSpec(at=("scenarios", 0, "handler"), app="one:app", search_path=("/b",))
OTHER = HandlerSpec(at=(), app="other:app")


class RecordingHandler:
    """A handler that counts its requests."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.sent = 0
        self.closed = False

    async def send(
        self, request: HttpRequest, *, call: CallRef, within: float, clock: Clock
    ) -> HttpExchange:
        self.sent += 1
        return HttpExchange(request=request)

    async def close(self) -> None:
        self.closed = True


class SlotHarness:
    """A handler slot, and the handlers that it has started."""

    def __init__(self) -> None:
        self.fallback = RecordingHandler("fallback")
        self.started: list[RecordingHandler] = []
        self.slot = HandlerSlot(self.fallback, self._open)

    async def _open(self, spec: HandlerSpec) -> RecordingHandler:
        self.started.append(RecordingHandler(spec.app or spec.url or "canned"))
        return self.started[-1]

    async def send(self) -> None:
        await self.slot.send(
            HttpRequest(method="GET", url="https://shop.example.com/"),
            call=CallRef(conversation_id="c1", call_id="1", tool="order"),
            within=1,
            clock=RealClock(),
        )


async def test_a_fallback_takes_calls_until_a_handler_is_named() -> None:
    harness = SlotHarness()
    await harness.send()
    await harness.slot.ensure_started(ONE)
    await harness.send()

    assert (harness.fallback.sent, harness.started[0].sent) == (1, 1)


async def test_the_same_handler_is_started_once_wherever_it_is_named() -> None:
    harness = SlotHarness()
    await harness.slot.ensure_started(ONE)
    await harness.slot.ensure_started(SAME)

    assert [each.name for each in harness.started] == ["one:app"]


async def test_a_second_handler_is_refused() -> None:
    harness = SlotHarness()
    await harness.slot.ensure_started(ONE)
    with pytest.raises(ScenarioError) as refused:
        await harness.slot.ensure_started(OTHER)

    assert str(refused.value) == (
        "the scripts name different handlers, and a server has one: name the handler when the "
        "server is started, or start a server for each handler"
    )


async def test_a_pinned_handler_is_not_replaced() -> None:
    harness = SlotHarness()
    await harness.slot.pin(ONE)
    await harness.slot.ensure_started(OTHER)
    await harness.slot.ensure_started_over_http(OTHER)

    assert [each.name for each in harness.started] == ["one:app"]


async def test_a_running_handler_may_be_named_over_http() -> None:
    harness = SlotHarness()
    await harness.slot.ensure_started(ONE)
    await harness.slot.ensure_started_over_http(SAME)
    await harness.slot.close()

    assert [each.closed for each in harness.started] == [True]
    assert not harness.fallback.closed


async def test_a_url_of_this_machine_may_be_named_over_http() -> None:
    harness = SlotHarness()
    await harness.slot.ensure_started_over_http(HandlerSpec(at=(), url="http://127.0.0.1:1"))

    assert [each.name for each in harness.started] == ["http://127.0.0.1:1"]


@pytest.mark.parametrize("spec", [ONE, HandlerSpec(at=(), command=("touch", "x"))])
async def test_a_handler_named_over_http_runs_no_code(spec: HandlerSpec) -> None:
    harness = SlotHarness()
    with pytest.raises(ScenarioError, match="cannot start a handler"):
        await harness.slot.ensure_started_over_http(spec)

    assert harness.started == []
