"""One handler for the whole server: who names it, and who takes calls until then."""

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


class Named:
    """A handler that remembers what it was sent."""

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


class Bench:
    """A call taker, and the handlers it has started."""

    def __init__(self) -> None:
        self.otherwise = Named("otherwise")
        self.started: list[Named] = []
        self.taker = HandlerSlot(self.otherwise, self._open)

    async def _open(self, spec: HandlerSpec) -> Named:
        self.started.append(Named(spec.app or spec.url or "canned"))
        return self.started[-1]

    async def send(self) -> None:
        await self.taker.send(
            HttpRequest(method="GET", url="https://shop.example.com/"),
            call=CallRef(conversation_id="c1", call_id="1", tool="order"),
            within=1,
            clock=RealClock(),
        )


async def test_until_one_is_named_another_takes_the_calls() -> None:
    bench = Bench()
    await bench.send()
    await bench.taker.ensure_started(ONE)
    await bench.send()

    assert (bench.otherwise.sent, bench.started[0].sent) == (1, 1)


async def test_the_same_handler_is_started_once_wherever_it_is_named() -> None:
    bench = Bench()
    await bench.taker.ensure_started(ONE)
    await bench.taker.ensure_started(SAME)

    assert [each.name for each in bench.started] == ["one:app"]


async def test_two_handlers_are_one_too_many() -> None:
    bench = Bench()
    await bench.taker.ensure_started(ONE)
    with pytest.raises(ScenarioError) as refused:
        await bench.taker.ensure_started(OTHER)

    assert str(refused.value) == (
        "the scripts name different handlers, and a server has one: name the handler when the "
        "server is started, or start a server for each handler"
    )


async def test_a_handler_that_was_settled_on_is_not_replaced() -> None:
    bench = Bench()
    await bench.taker.pin(ONE)
    await bench.taker.ensure_started(OTHER)
    await bench.taker.ensure_started_over_http(OTHER)

    assert [each.name for each in bench.started] == ["one:app"]


async def test_what_is_already_running_may_be_named_from_afar() -> None:
    bench = Bench()
    await bench.taker.ensure_started(ONE)
    await bench.taker.ensure_started_over_http(SAME)
    await bench.taker.close()

    assert [each.closed for each in bench.started] == [True]
    assert not bench.otherwise.closed


async def test_a_url_of_this_machine_may_be_named_from_afar() -> None:
    bench = Bench()
    await bench.taker.ensure_started_over_http(HandlerSpec(at=(), url="http://127.0.0.1:1"))

    assert [each.name for each in bench.started] == ["http://127.0.0.1:1"]


@pytest.mark.parametrize("spec", [ONE, HandlerSpec(at=(), command=("touch", "x"))])
async def test_code_is_not_run_from_afar(spec: HandlerSpec) -> None:
    bench = Bench()
    with pytest.raises(ScenarioError, match="cannot start a handler"):
        await bench.taker.ensure_started_over_http(spec)

    assert bench.started == []
