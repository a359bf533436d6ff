"""A conversation that a test holds turn by turn: what sync and async tests have in common.

Its coroutines run on the stage's loop, whatever loop the test runs on. They return what is wrong
and do not raise it: the exception of a failure is made in the test's own thread, at its own line.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from pytest_tavus.api.place import TestSource
from pytest_tavus.errors import ScenarioError
from pytest_tavus.report.provenance import provenance
from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.scenario.model import Turn
from pytest_tavus.scenario.spoken import SpokenScenario
from pytest_tavus.spans import SourceSpan
from pytest_tavus.stage import Stage
from pytest_tavus.trace.events import CloseReason
from pytest_tavus.trace.log import Trace
from pytest_tavus.verdict import Finding, decide


class Held:
    """One conversation, with the scenario that it turns out to be."""

    def __init__(
        self, stage: Stage, spoken: SpokenScenario, source: TestSource, *, handler: object | None
    ) -> None:
        self._stage = stage
        self._spoken = spoken
        self._source = source
        self._handler = handler
        self.scenario = spoken.opened()
        """The turns so far, with what was expected of them."""
        self._production = stage.produce(self.scenario)
        self._deadline = stage.deadline(self.scenario)
        self._reason: CloseReason = "finished"
        self._turns = asyncio.Lock()
        self._told: set[Finding] = set()

    async def open(self) -> ScenarioResult | None:
        """Start the handler and open the session; return what is wrong if that fails."""
        self._reason = await self._production.within(
            self._deadline, lambda: self._production.open(self._handler)
        )
        return None if self._reason == "finished" else await self.close()

    def write(self, turn: Mapping[str, Any], span: SourceSpan) -> int:
        """Add a turn that is written at `span`; return its number, counted from 1.

        Raises:
            ScenarioError: the turn cannot be understood.

        """
        self._source.said(span)
        try:
            self.scenario = self._spoken.said(turn)
        except ScenarioError:
            self._source.unsaid()
            raise
        return len(self.scenario.turns)

    async def play(self, number: int) -> ScenarioResult | None:
        """Play one turn; return what is wrong with it. Turns wait for each other."""
        turn = self.scenario.turns[number - 1]
        async with self._turns:
            if self._reason == "finished":
                await self._take(turn)
        judged = await self._stage.judge(replace(self.scenario, judge=None), self.trace())
        found = [one for one in judged.verdict.findings if one.turn in {0, number}]
        self._told.update(_cause(one) for one in found)
        return self._failed(found) if found else None

    async def _take(self, turn: Turn) -> None:
        self._reason = "cancelled"  # which it stays if this is not seen through
        self._reason = await self._production.within(
            self._deadline, lambda: self._production.take(turn)
        )

    async def close(self) -> ScenarioResult:
        """End the conversation and return what it came to, the judge's verdict included."""
        await self._production.close(self._reason)
        return await self._stage.conclude(self.scenario, self.trace())

    def is_news(self, result: ScenarioResult) -> bool:
        """Tell whether the end has more against the conversation than its turns have told.

        A test that caught a failure has heard of it. One that checks by itself gives the verdict
        nothing to pass on, which is not held against it.
        """
        verdict = result.verdict
        if any(_cause(one) not in self._told for one in verdict.findings):
            return True
        return any(ruling.outcome != "pass" for ruling in verdict.rulings)

    def trace(self) -> Trace:
        """Return what has happened so far."""
        return self._production.recorder.trace()

    def failing(self, finding: Finding, *, span: SourceSpan) -> ScenarioResult:
        """Return the conversation so far as one that fails with what is found at `span`."""
        return self._failed([replace(finding, span=span)])

    def _failed(self, findings: Sequence[Finding]) -> ScenarioResult:
        trace = self.trace()
        return ScenarioResult(
            scenario=self.scenario,
            trace=trace,
            verdict=decide(findings, (), evidence=0),
            provenance=provenance(trace),
        )


def _cause(finding: Finding) -> Finding:
    """Return a finding as it is by itself, whatever else was found."""
    return replace(finding, consequence=False)
