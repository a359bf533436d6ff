"""What a played scenario leaves behind."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_tavus.scenario.model import Scenario
from pytest_tavus.trace.log import Trace
from pytest_tavus.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioResult:
    """One scenario, what happened, and what it comes to."""

    scenario: Scenario
    trace: Trace
    verdict: Verdict
    provenance: str
    "Who decided and who answered: ``scripted, real handler``; ``scripted, canned answers``."

    took: float = 0.0
    "Seconds of real time from opening to closing the conversation."

    trace_path: str | None = None
    "Where the trace was written, if it was kept."
