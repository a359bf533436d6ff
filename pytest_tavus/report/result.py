"""What a played scenario leaves behind."""

from __future__ import annotations

from msgspec import Struct

from pytest_tavus.scenario.model import Scenario
from pytest_tavus.trace.log import Trace
from pytest_tavus.verdict import Verdict


class ScenarioResult(Struct, frozen=True, kw_only=True):
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
