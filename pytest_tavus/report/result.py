"""What a played scenario leaves behind."""

from __future__ import annotations

from msgspec import Struct

from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.trace.log import Trace
from pytest_tavus.trace.redaction.redact import NO_REDACTION, Redaction
from pytest_tavus.verdict.verdict import Verdict


class ScenarioResult(Struct, frozen=True, kw_only=True):
    """One scenario, what happened, and what it comes to."""

    scenario: Scenario
    trace: Trace
    "Masked."

    verdict: Verdict
    provenance: str
    "Who decided and who answered: ``scripted, real handler``; ``scripted, canned answers``."

    took: float = 0.0
    "Seconds of real time from opening to closing the conversation."

    trace_path: str | None = None
    "Where the trace was written, if it was kept."

    untraced: str | None = None
    "Where the trace was to be written, and why it is not there."

    oversized: tuple[str, ...] = ()
    "The type of each app message that is longer than the data channel carries."

    redaction: Redaction = NO_REDACTION
    "Masks what a report adds of the user's files, and what a finished text may still hold."

    def __repr__(self) -> str:
        # Shown by `pytest --showlocals`: the definitions in a scenario hold secrets.
        return f"<ScenarioResult {self.scenario.name!r}: {self.verdict.outcome}>"
