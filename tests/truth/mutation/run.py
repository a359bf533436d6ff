"""Plays the examples and their mutants on one runner, in this process."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from pytest_tavus.clock import Clock
from pytest_tavus.errors import ScenarioError
from pytest_tavus.handler.call.port import CallRef, Handler
from pytest_tavus.handler.pool import HandlerPool
from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.run.options.settings import Settings
from pytest_tavus.run.runner import Runner
from pytest_tavus.scenario.values.model import HandlerSpec, Scenario
from pytest_tavus.trace.events import ToolCalled
from pytest_tavus.wire import HttpExchange, HttpRequest
from tests.truth.mutation.answers import of_answers
from tests.truth.mutation.examples import EXAMPLES, Example
from tests.truth.mutation.mutant import Mutant
from tests.truth.mutation.scripts import of_scripts
from tests.truth.mutation.tools import of_tools


class Fate(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a mutant."""

    name: str
    outcome: str
    "The verdict's outcome, or `refused` where the file did not load."

    reason: str

    @property
    def place(self) -> str:
        """What is changed, without how."""
        return self.name.rpartition(" ")[0]

    @property
    def how(self) -> str:
        """How it is changed: the last word of the name."""
        return self.name.rpartition(" ")[2]


class Theatre:
    """A copy of the examples with a runner, and the handlers behind it."""

    def __init__(self, root: Path, environ: dict[str, str]) -> None:
        self._scenarios = root / "scenarios"
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(EXAMPLES, self._scenarios, ignore=ignored)
        settings = Settings(scenarios=self._scenarios)
        self._runner = Runner(settings, root=root, environ=environ)
        self._pool = HandlerPool(root=root, environ=environ)

    def play(self, mutant: Mutant) -> ScenarioResult:
        """Load the file of a mutant and hold its conversation.

        Raises:
            ScenarioError: the file does not load.

        """
        path = self._scenarios / "mutant.yaml"
        path.write_text(json.dumps(mutant.file, ensure_ascii=False), encoding="utf-8")
        (scenario,) = self._runner.load(path)
        if mutant.change is None:
            return self._runner.run(scenario)
        handler = _Otherwise(self._pool, _spec(scenario), mutant)
        try:
            return self._runner.run(scenario, handler=handler)
        finally:
            self._runner.loop.run(handler.close())

    def fate(self, mutant: Mutant) -> Fate:
        """Tell what becomes of a mutant."""
        try:
            verdict = self.play(mutant).verdict
        except ScenarioError as error:
            return Fate(name=mutant.name, outcome="refused", reason=error.problems[0].message)
        return Fate(name=mutant.name, outcome=verdict.outcome, reason=verdict.reason)

    def mutants(self, example: Example) -> Iterator[Mutant]:
        """Yield the mutants of an example, which must be green itself."""
        result = self.play(Mutant(name=example.name, file=example.file))
        assert result.verdict.outcome == "passed", (example.name, result.verdict)
        called = {event.name for _, event in result.trace.of(ToolCalled)}
        yield from of_scripts(example)
        yield from of_tools(example, called)
        yield from of_answers(example, result.trace)

    def close(self) -> None:
        """End the handlers and the runner."""
        self._runner.loop.run(self._pool.close())
        self._runner.close()


def _spec(scenario: Scenario) -> HandlerSpec:
    assert scenario.handler is not None, scenario.name
    return scenario.handler


class _Otherwise:
    """The handler of a scenario, which answers one request otherwise than it would."""

    def __init__(self, pool: HandlerPool, spec: HandlerSpec, mutant: Mutant) -> None:
        self._pool = pool
        self._spec = spec
        self._mutant = mutant
        self._real: Handler | None = None
        self._asked = -1

    async def send(
        self, request: HttpRequest, *, call: CallRef, within: float, clock: Clock
    ) -> HttpExchange:
        if self._real is None:
            self._real = await self._pool.acquire(self._spec)
        exchange = await self._real.send(request, call=call, within=within, clock=clock)
        if call.purpose == "tool":
            self._asked += 1
        change: Any = self._mutant.change
        if self._asked != self._mutant.request or exchange.response is None:
            return exchange
        return replace(exchange, response=change(exchange.response))

    async def close(self) -> None:
        if self._real is not None:
            await self._real.close()
