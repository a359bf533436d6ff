"""The composition root: settings and scenarios in, results out.

No other module chooses concrete parts: the session, the handler, the judge. Every module below
receives its parts as arguments.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from pytest_tavus.clock import RealClock
from pytest_tavus.contract.behaviour import Behaviour
from pytest_tavus.errors import HandlerError, LimitError, NotRunError
from pytest_tavus.handler.delivery.profile import DeliveryProfile
from pytest_tavus.handler.pool import HandlerPool
from pytest_tavus.handler.sent.reader import RequestReader
from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.run.conclusion import conclude
from pytest_tavus.run.conversation import Opener, RunContext, ScenarioRun, open_simulated
from pytest_tavus.run.limits.gate import ATTEMPTS, Gate, Needs
from pytest_tavus.run.limits.ledger import Allowance, Ledger, Permit
from pytest_tavus.run.limits.store import LocalStore, Store
from pytest_tavus.run.loop.loop import BackgroundLoop
from pytest_tavus.run.options.settings import Settings
from pytest_tavus.run.redactions import MaskedBugs, Redactions
from pytest_tavus.scenario.load.pals import PalCache
from pytest_tavus.scenario.load.parse import FileLimits, load_scenarios
from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.simulator.pal.ids import Ids
from pytest_tavus.simulator.pal.speech import Lines
from pytest_tavus.trace.events import CloseReason
from pytest_tavus.trace.log import Trace
from pytest_tavus.trace.redaction.redact import Redaction
from pytest_tavus.trace.redaction.shown import mask_trace, with_tokens
from pytest_tavus.verdict.checks.run import Checker, CheckReport

if TYPE_CHECKING:
    from pytest_tavus.report.archive import Archive


class Runner:
    """Runs conversations and judges them. One per process, usable from any thread.

    Its loop, its handlers and its caches live until :meth:`close`.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        root: Path,
        environ: Mapping[str, str],
        store: Store | None = None,
        opener: Opener = open_simulated,
    ) -> None:
        """`store` keeps the run's ledger; the default is a ledger of this process alone."""
        self._settings = settings
        self._root = root
        self._redactions = Redactions(settings, environ)
        cells, delivery = _split(settings.simulator)
        self._shared = RunContext(
            behaviour=Behaviour().with_cells(cells),
            profile=DeliveryProfile().with_overrides(delivery),
            lines=Lines(),
            pool=HandlerPool(root=root, environ=environ),
            opener=opener,
        )
        self._reader = RequestReader(self._shared.profile)
        self.limits = FileLimits(
            max_bytes=settings.max_file_bytes, hosts=settings.hosts, carries=self._reader.carries
        )
        """The limits of every scenario and PAL file."""
        self._gate = Gate(
            Allowance.from_settings(settings),
            LocalStore(now=time.monotonic()) if store is None else store,
            clock=RealClock(),
            now=time.monotonic,
        )
        self._checker = Checker(read=self._reader, behaviour=self._shared.behaviour)
        self._archive = _archive(settings)
        self._pals: PalCache = {}
        self._play_counts: dict[str, int] = {}
        self.loop = BackgroundLoop()
        """The event loop of all conversations."""

    def load(self, path: Path) -> tuple[Scenario, ...]:
        """Read a scenario file.

        Raises:
            ScenarioError: with every problem of the file.

        """
        return load_scenarios(path, root=self._root, limits=self.limits, pals=self._pals)

    def run(self, scenario: Scenario, *, handler: object | None = None) -> ScenarioResult:
        return self.loop.run(self.perform(scenario, handler=handler))

    async def perform(self, scenario: Scenario, *, handler: object | None = None) -> ScenarioResult:
        """Run the conversation and judge it. Must run on the runner's own loop."""
        trace, took = await self._play_with_retries(scenario, handler)
        return replace(await self.conclude(scenario, trace), took=took)

    async def play(self, scenario: Scenario, *, handler: object | None = None) -> Trace:
        """Run the conversation and return its trace. Must run on the runner's own loop.

        Raises:
            NotRunError: a limit of the whole run is used up.

        """
        trace, _ = await self._play_with_retries(scenario, handler)
        return trace

    async def _play_with_retries(
        self, scenario: Scenario, handler: object | None
    ) -> tuple[Trace, float]:
        """Run the conversation, again after each refusal; return the trace and its real seconds."""
        needs = Needs(seconds=self.deadline(scenario), locks=scenario.locks, alone=scenario.alone)
        ids = self._next_run_name(scenario)
        for attempt in itertools.count(1):
            run = self._build_run(scenario, ids)
            try:
                async with self._gate.enter(needs) as permit:
                    began = time.monotonic()
                    await self._play_attempt(run, handler, permit, last=attempt == ATTEMPTS)
                    return run.recorder.trace(), time.monotonic() - began
            except LimitError as error:
                refusal = error
            # Outside the gate, so that the pause takes no room from other conversations.
            await self._gate.pause(attempt, refusal)
        raise AssertionError  # the last attempt returns

    async def _play_attempt(
        self, run: ScenarioRun, handler: object | None, permit: Permit, *, last: bool
    ) -> None:
        reason: CloseReason = "cancelled"  # stays, if an exception interrupts the conversation

        async def open_and_play() -> bool:
            return await run.open(handler) and await run.play()

        try:
            with MaskedBugs(self._redactions.redaction(run.scenario)):
                reason = await run.run_with_deadline(permit.seconds, open_and_play)
        except LimitError as error:
            reason = "fault"
            self._gate.record_refusal(error)
            if not last:
                raise
            run.record_fault(error)
        finally:
            await run.close(reason)
            cut = permit.shortened_by if reason == "deadline" else None
            # Such a run gets no verdict, so nothing else would keep its trace.
            if (cut or reason == "cancelled") and self._archive is not None:
                trace = run.recorder.trace()
                masked = mask_trace(trace, self.redaction(run.scenario, trace))
                self._archive.keep_interrupted(run.scenario, masked)
        if cut is not None:
            raise NotRunError("not to its end: nothing was left of " + cut)

    def ledger(self) -> Ledger:
        return self._gate.ledger()

    def deadline(self, scenario: Scenario) -> float:
        """Return the scenario's own deadline, else the run's, in seconds."""
        return self._settings.deadline if scenario.deadline is None else scenario.deadline

    def build_run(self, scenario: Scenario) -> ScenarioRun:
        """Build a conversation that is not yet open, with ids of its own."""
        return self._build_run(scenario, self._next_run_name(scenario))

    def _next_run_name(self, scenario: Scenario) -> str:
        """Return the name from which the ids of the next conversation are derived."""
        # By name and not by order, so that ids do not depend on the worker or on the selection.
        name = f"{scenario.source.path}::{scenario.name}"
        count = self._play_counts.get(name, 0)
        self._play_counts[name] = count + 1
        return f"{name}#{count}" if count else name

    def _build_run(self, scenario: Scenario, ids: str) -> ScenarioRun:
        return ScenarioRun(
            scenario,
            self._shared,
            ids=Ids(seed=self._settings.seed, name=ids),
            env=self._redactions.env(scenario),
        )

    async def judge(
        self, scenario: Scenario, trace: Trace, more: CheckReport | None = None
    ) -> ScenarioResult:
        """Check a trace against its scenario. Uses no network, so a stored trace is enough.

        Values are compared in clear; the result is masked. `more` adds the findings and the
        evidence of a cursor.
        """
        redaction = self.redaction(scenario, trace)
        scope = {"env": self._redactions.env(scenario)}
        with MaskedBugs(redaction):
            checked = self._checker.check(scenario, trace, show=redaction.value, scope=scope)
            if more is not None:
                checked = checked.merge(more)
            return await conclude(
                scenario, trace, checked=checked, redaction=redaction, read=self._reader
            )

    def redaction(self, scenario: Scenario, trace: Trace) -> Redaction:
        return with_tokens(self._redactions.redaction(scenario), trace)

    async def conclude(
        self, scenario: Scenario, trace: Trace, more: CheckReport | None = None
    ) -> ScenarioResult:
        """Judge a conversation that has ended, and keep its trace if the user wants it."""
        result = await self.judge(scenario, trace, more)
        return result if self._archive is None else self._archive.keep(result)

    def close(self) -> None:
        """Stop every handler and the loop. May be called twice.

        Raises:
            HandlerError: a handler could not be stopped. All others are stopped nevertheless.

        """
        if self.loop.closed:
            return
        try:
            self.loop.run(self._shared.pool.close())
        except HandlerError as error:
            masked = self._redactions.mask_rendered
            detail = None if error.detail is None else masked(error.detail)
            raise HandlerError(masked(error.message), detail=detail) from None
        finally:
            self.loop.close()


def _archive(settings: Settings) -> Archive | None:
    if settings.trace_dir is None:
        return None
    from pytest_tavus.report.archive import Archive

    return Archive(settings.trace_dir, only_failed=settings.trace == "failed")


def _split(overrides: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Split overrides into those of the behaviour tables and those of the delivery profile."""
    cells = {k: v for k, v in overrides.items() if k.startswith(("on_call.", "on_resolve."))}
    return cells, {k: v for k, v in overrides.items() if k not in cells}
