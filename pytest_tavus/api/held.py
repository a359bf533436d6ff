"""A conversation that a test holds turn by turn: what sync and async tests have in common.

Its coroutines run on the stage's loop, whatever loop the test runs on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NoReturn

from pytest_tavus.api.cursor import Cursor
from pytest_tavus.api.place import TestSource
from pytest_tavus.errors import HandlerError
from pytest_tavus.outcome import VerdictError
from pytest_tavus.report.provenance import provenance
from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.scenario.spoken import SpokenScenario
from pytest_tavus.spans import SourceSpan
from pytest_tavus.stage import Stage
from pytest_tavus.trace.events import Fault, SessionClosed
from pytest_tavus.trace.log import Trace
from pytest_tavus.verdict import Finding, decide


class Held:
    """One open conversation, with the scenario that it turns out to be."""

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

    async def open(self) -> None:
        """Start the handler and open the session.

        Raises:
            HandlerError: the handler did not start.

        """
        if not await self._production.open(self._handler):
            fault = next(event for _, event in self.trace().of(Fault))
            raise HandlerError(fault.message, detail=fault.detail)

    async def say(self, turn: Mapping[str, Any], span: SourceSpan) -> None:
        """Play one turn and hold it against its expectations.

        Raises:
            ScenarioError: the turn cannot be understood.
            VerdictError: it did not go as expected.

        """
        self._source.said(span)
        self.scenario = self._spoken.said(turn)
        number = len(self.scenario.turns)
        await self._production.take(self.scenario.turns[-1])
        result = await self._stage.judge(replace(self.scenario, judge=None), self.trace())
        found = tuple(f for f in result.verdict.findings if f.turn in {0, number})
        if found:
            raise VerdictError(replace(result, verdict=decide(found, (), evidence=0)))

    async def close(self) -> ScenarioResult:
        """End the conversation and return what it came to, the judge's verdict included."""
        await self._production.close()
        self._production.recorder.record(SessionClosed(reason="finished"))
        return await self._stage.conclude(self.scenario, self.trace())

    def trace(self) -> Trace:
        """Return what has happened so far."""
        return self._production.recorder.trace()

    def cursor(self, *, turn: int | None, span: SourceSpan) -> Cursor:
        """Return a cursor over one turn, or over the whole conversation."""
        entries = [e for e in self.trace() if turn is None or e.turn == turn]
        return Cursor(entries, lambda finding: self._fail(replace(finding, span=span)))

    def _fail(self, finding: Finding) -> NoReturn:
        __tracebackhide__ = True
        trace = self.trace()
        raise VerdictError(
            ScenarioResult(
                scenario=self.scenario,
                trace=trace,
                verdict=decide((finding,), (), evidence=0),
                provenance=provenance(trace),
            )
        )
