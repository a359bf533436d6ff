"""Conversations are let through, wait, or are refused; the service is asked again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pytest_tavus.errors import LimitError, NotRunError, ServiceError
from pytest_tavus.run.conversation import open_simulated
from pytest_tavus.run.limits import gate as gates
from pytest_tavus.run.limits.gate import Gate, Needs
from pytest_tavus.run.limits.ledger import Allowance
from pytest_tavus.run.limits.store import LocalStore
from pytest_tavus.run.options.settings import Settings
from pytest_tavus.run.runner import Runner
from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.trace.events import Fault, SessionClosed, SessionOpened

SCENARIO = """
pal: {tools: [{name: find, description: Finds., delivery: {api: {url: "https://shop.example/"}}}]}
handler: {canned: {find: {body: {}}}}
scenarios:
"""
ONE = "  - {{name: {name}, turns: [{{user: hi, plays: hello, says: hello}}]}}\n"

AT_ONCE = "User has reached maximum concurrent conversations"


class Service:
    """Opens simulated sessions, at most so many at once, and refuses what is beyond."""

    def __init__(self, *, at_once: int, retry_after: float | None = None) -> None:
        self._at_once = at_once
        self._retry_after = retry_after
        self.open = 0
        self.refused = 0

    async def __call__(self, *given: Any, **named: Any) -> Any:
        if self.open >= self._at_once:
            self.refused += 1
            raise LimitError(AT_ONCE, retry_after=self._retry_after)
        self.open += 1
        session = await open_simulated(*given, **named)
        end = session.end

        async def ended() -> None:
            self.open -= 1
            await end()

        session.end = ended  # type: ignore[method-assign]
        await asyncio.sleep(0.01)
        return session


class Pauses:
    """A clock on which nothing really waits; it says what was asked of it."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    def now(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        self.asked.append(seconds)
        await asyncio.sleep(0.001)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> Pauses:
    clock = Pauses()
    monkeypatch.setattr("pytest_tavus.run.runner.RealClock", lambda: clock)
    return clock


def build_runner(
    tmp_path: Path, service: Any, count: int, **settings: Any
) -> tuple[Runner, list[Scenario]]:
    names = "".join(ONE.format(name=f"s{number}") for number in range(count))
    (tmp_path / "a.yaml").write_text(SCENARIO + names)
    environ: Mapping[str, str] = {}
    options = Settings(scenarios=tmp_path, **settings)
    runner = Runner(options, root=tmp_path, environ=environ, opener=service)
    return runner, list(runner.load(tmp_path / "a.yaml"))


async def all_of(runner: Runner, scenarios: list[Scenario]) -> list[Any]:
    work = (runner.perform(one) for one in scenarios)
    return await asyncio.gather(*work, return_exceptions=True)


def test_a_conversation_that_the_service_refuses_is_tried_again(
    tmp_path: Path, pauses: Pauses
) -> None:
    service = Service(at_once=3)
    runner, scenarios = build_runner(tmp_path, service, 10)

    results = runner.loop.run(all_of(runner, scenarios))

    assert [result.verdict.outcome for result in results] == ["passed"] * 10
    assert service.refused == runner.ledger().refusals > 0
    assert runner.ledger().ceiling is not None
    assert runner.ledger().active == {}
    assert {1.0} <= set(pauses.asked)
    runner.close()


def test_a_conversation_that_was_refused_first_has_the_same_ids(
    tmp_path: Path, pauses: Pauses
) -> None:
    def ids(results: list[Any]) -> list[str]:
        return [
            event.conversation_id for one in results for _, event in one.trace.of(SessionOpened)
        ]

    calm, scenarios = build_runner(tmp_path, open_simulated, 6)
    crowded, _ = build_runner(tmp_path, Service(at_once=2), 6)

    assert ids(calm.loop.run(all_of(calm, scenarios))) == ids(
        crowded.loop.run(all_of(crowded, scenarios))
    )
    calm.close()
    crowded.close()


def test_the_pauses_double_up_to_a_bound_and_then_it_is_a_fault(
    tmp_path: Path, pauses: Pauses
) -> None:
    runner, scenarios = build_runner(tmp_path, Service(at_once=0), 1)

    result = runner.run(scenarios[0])

    assert pauses.asked == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]
    assert len(pauses.asked) == gates.ATTEMPTS - 1
    assert [(f.owner, f.message) for _, f in result.trace.of(Fault)] == [("platform", AT_ONCE)]
    assert [event.reason for _, event in result.trace.of(SessionClosed)] == ["fault"]
    assert result.verdict.outcome == "failed"
    runner.close()


def test_the_service_may_ask_for_a_longer_pause(tmp_path: Path, pauses: Pauses) -> None:
    runner, scenarios = build_runner(tmp_path, Service(at_once=0, retry_after=7.0), 1)

    runner.run(scenarios[0])

    assert pauses.asked == [7.0, 7.0, 7.0, 8.0, 16.0, 30.0, 30.0]
    runner.close()


def test_another_refusal_is_a_fault_at_once(tmp_path: Path, pauses: Pauses) -> None:
    async def broken(*given: Any, **named: Any) -> Any:
        raise ServiceError("Invalid access token")

    runner, scenarios = build_runner(tmp_path, broken, 1)

    result = runner.run(scenarios[0])

    assert pauses.asked == []
    assert [f.message for _, f in result.trace.of(Fault)] == ["Invalid access token"]
    runner.close()


def test_scenarios_beyond_the_limit_are_not_run(tmp_path: Path) -> None:
    runner, scenarios = build_runner(tmp_path, open_simulated, 5, max_conversations=2)

    results = runner.loop.run(all_of(runner, scenarios))

    assert [result.verdict.outcome for result in results[:2]] == ["passed"] * 2
    assert [type(result) for result in results[2:]] == [NotRunError] * 3
    runner.close()


def test_no_more_conversations_are_in_flight_than_allowed(tmp_path: Path, pauses: Pauses) -> None:
    service = Service(at_once=2)
    runner, scenarios = build_runner(tmp_path, service, 8, max_in_flight=2)

    results = runner.loop.run(all_of(runner, scenarios))

    assert [result.verdict.outcome for result in results] == ["passed"] * 8
    assert service.refused == 0
    runner.close()


def test_conversations_are_admitted_in_the_order_of_their_arrival() -> None:
    entered: list[int] = []

    class Uneven(Pauses):
        async def sleep(self, seconds: float) -> None:
            """Let who asked first ask again last."""
            self.asked.append(seconds)
            for _ in range(max(0, 20 - len(self.asked))):
                await asyncio.sleep(0)

    gate = Gate(Allowance(in_flight=1), LocalStore(now=0.0), clock=Uneven(), now=lambda: 0.0)

    async def held(number: int) -> None:
        async with gate.enter(Needs(seconds=60.0)):
            entered.append(number)
            await asyncio.sleep(0)

    async def all_held() -> None:
        await asyncio.gather(*(held(number) for number in range(8)))

    asyncio.run(all_held())

    assert entered == list(range(8))
