"""The composition root: settings and scenarios in, results out.

The one place that names concrete parts: which session, which handler, which judge. Everything
below receives what it needs as an argument.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_tavus.checks.run import Checker, CheckReport
from pytest_tavus.contract.behaviour import Behaviour
from pytest_tavus.contract.pal import Pal
from pytest_tavus.delivery.profile import DeliveryProfile
from pytest_tavus.gateway.pool import HandlerPool
from pytest_tavus.options import Settings
from pytest_tavus.play.loop import BackgroundLoop
from pytest_tavus.production import NO_HANDLER, Production, Shared
from pytest_tavus.report.provenance import provenance
from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.scenario.model import Scenario
from pytest_tavus.scenario.parse import Limits, load_scenarios
from pytest_tavus.simulator.ids import Ids
from pytest_tavus.simulator.speech import Lines
from pytest_tavus.trace.events import CloseReason
from pytest_tavus.trace.log import Trace
from pytest_tavus.trace.redact import Redaction
from pytest_tavus.verdict import Verdict, decide

if TYPE_CHECKING:
    from pytest_tavus.report.archive import Archive


class Stage:
    """Holds conversations and judges them. One per process; used from any thread.

    Its loop, its handlers and its caches live until :meth:`close`.
    """

    def __init__(self, settings: Settings, *, root: Path, environ: Mapping[str, str]) -> None:
        self._settings = settings
        self._root = root
        self._environ = environ
        cells, delivery = _split(settings.simulator)
        self._shared = Shared(
            behaviour=Behaviour().with_cells(cells),
            profile=DeliveryProfile().with_overrides(delivery),
            lines=Lines(),
            pool=HandlerPool(root=root, environ=environ),
        )
        self._checker = Checker(behaviour=self._shared.behaviour)
        self._archive = _archive(settings)
        self._pals: dict[Any, Any] = {}
        self._redactions: dict[Any, tuple[Pal, Redaction]] = {}
        self._played: dict[str, int] = {}
        self.loop = BackgroundLoop()
        """Where conversations are held."""

    def load(self, path: Path) -> tuple[Scenario, ...]:
        """Read a scenario file.

        Raises:
            ScenarioError: with every problem of the file.

        """
        limits = Limits(max_bytes=self._settings.max_file_bytes)
        return load_scenarios(path, root=self._root, limits=limits, pals=self._pals)

    def run(self, scenario: Scenario, *, handler: object | None = None) -> ScenarioResult:
        """Hold the conversation, wait for its end, and judge it."""
        return self.loop.run(self.perform(scenario, handler=handler))

    async def perform(self, scenario: Scenario, *, handler: object | None = None) -> ScenarioResult:
        """Hold the conversation and judge it. Runs on the stage's own loop."""
        began = time.monotonic()
        trace = await self.play(scenario, handler=handler)
        result = await self.conclude(scenario, trace)
        return replace(result, took=time.monotonic() - began)

    async def play(self, scenario: Scenario, *, handler: object | None = None) -> Trace:
        """Hold the conversation and return what happened. Runs on the stage's own loop."""
        production = self.produce(scenario)
        reason: CloseReason = "cancelled"

        async def whole() -> bool:
            return await production.open(handler) and await production.play()

        try:
            reason = await production.within(self.deadline(scenario), whole)
        finally:
            await production.close(reason)
            if reason == "cancelled":
                self._keep_interrupted(scenario, production.recorder.trace())
        return production.recorder.trace()

    def deadline(self, scenario: Scenario) -> float:
        """Return the seconds a conversation may take: the scenario's own, else the run's."""
        return self._settings.deadline if scenario.deadline is None else scenario.deadline

    def produce(self, scenario: Scenario) -> Production:
        """Make a conversation ready to be opened, with ids that are its own."""
        name = f"{scenario.source.path}::{scenario.name}"
        times = self._played.get(name, 0)
        self._played[name] = times + 1
        return Production(
            scenario,
            self._shared,
            ids=Ids(seed=self._settings.seed, name=f"{name}#{times}" if times else name),
            redaction=self._redaction(scenario),
            env=self._env(scenario),
        )

    async def judge(self, scenario: Scenario, trace: Trace) -> ScenarioResult:
        """Hold a trace against its scenario. Touches no network: a stored trace will do."""
        redact = self._redaction(scenario).value
        scope = {"env": self._env(scenario)}
        checked = self._checker.check(scenario, trace, redact=redact, scope=scope)
        if scenario.is_judged:
            verdict = await _judged(scenario, trace, checked)
        else:
            verdict = decide(checked.findings, (), evidence=checked.evidence)
        return ScenarioResult(
            scenario=scenario, trace=trace, verdict=verdict, provenance=provenance(trace)
        )

    async def conclude(self, scenario: Scenario, trace: Trace) -> ScenarioResult:
        """Judge a conversation that has ended, and keep its trace where the user wants it."""
        result = await self.judge(scenario, trace)
        return result if self._archive is None else self._archive.keep(result)

    def _keep_interrupted(self, scenario: Scenario, trace: Trace) -> None:
        if self._archive is not None:
            verdict = Verdict(outcome="undecided", reason="the conversation was interrupted")
            self._archive.keep(
                ScenarioResult(
                    scenario=scenario, trace=trace, verdict=verdict, provenance=provenance(trace)
                )
            )

    def close(self) -> None:
        """End every handler and the loop. May be called twice.

        Raises:
            HandlerError: something of a handler's could not be ended. Everything else is.

        """
        if self.loop.closed:
            return
        try:
            self.loop.run(self._shared.pool.close())
        finally:
            self.loop.close()

    def _env(self, scenario: Scenario) -> dict[str, str]:
        return {name: self._environ[name] for name in scenario.env if name in self._environ}

    def _redaction(self, scenario: Scenario) -> Redaction:
        handler = scenario.handler or NO_HANDLER
        key = (id(scenario.pal), scenario.env, handler.env, handler.secrets())
        cached = self._redactions.get(key)
        if cached is None:
            # The PAL is kept beside its redaction so that its id is never another's.
            redaction = Redaction(self._secrets(scenario), self._settings.redact_headers)
            cached = self._redactions[key] = (scenario.pal, redaction)
        return cached[1]

    def _secrets(self, scenario: Scenario) -> list[str]:
        handler = scenario.handler or NO_HANDLER
        named = (*scenario.env, *handler.env, *self._settings.redact)
        secrets = [self._environ[name] for name in named if name in self._environ]
        return [*secrets, *scenario.pal.secrets(), *handler.secrets()]


def _archive(settings: Settings) -> Archive | None:
    if settings.trace_dir is None:
        return None
    from pytest_tavus.report.archive import Archive

    return Archive(settings.trace_dir, only_failed=settings.trace == "failed")


async def _judged(scenario: Scenario, trace: Trace, checked: CheckReport) -> Verdict:
    from pytest_tavus.judge import pass_
    from pytest_tavus.judge.rules import RulesJudge

    ruled = await pass_.run(scenario, trace, RulesJudge())
    return decide(
        (*checked.findings, *ruled.findings),
        ruled.rulings,
        evidence=checked.evidence + ruled.evidence,
    )


def _split(overrides: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Part the overrides of the behaviour tables from those of the delivery profile."""
    cells = {k: v for k, v in overrides.items() if k.startswith(("on_call.", "on_resolve."))}
    return cells, {k: v for k, v in overrides.items() if k not in cells}
