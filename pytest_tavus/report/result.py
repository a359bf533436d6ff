"""What a played scenario leaves behind, and who decided and answered in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from msgspec import Struct

from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.trace.events import AnsweredBy, Decisions, ToolResolved
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


DECIDERS: Mapping[Decisions, str] = MappingProxyType(
    {
        "scripted": "scripted PAL",
        "replayed": "replayed PAL",
        "model": "model PAL",
        "live": "live PAL",
    }
)
"""Who decided what the PAL said and called."""

ANSWERERS: Mapping[AnsweredBy, str] = MappingProxyType(
    {
        "handler": "real handler",
        "canned": "canned answers",
        "client": "client tools",
        "client_output": "client outputs",
        "nobody": "unanswered calls",
    }
)
"""Who answered the calls, in the order they are named."""


def provenance(trace: Trace) -> str:
    """Say who decided and who answered: ``scripted PAL, real handler + canned answers``."""
    opened = trace.opened()
    if opened is None:
        return "not held"
    decider = DECIDERS[opened.decisions]
    seen = {resolved.answered_by for _, resolved in trace.of(ToolResolved)}
    answered = " + ".join([words for who, words in ANSWERERS.items() if who in seen])
    if not answered:
        answered = "unanswered calls" if trace.calls() else "no tool call"
    return f"{decider}, {answered}"


def count_by_provenance(provenances: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Count results by provenance, most frequent first, then by name."""
    return tuple(sorted(Counter(provenances).items(), key=lambda pair: (-pair[1], pair[0])))
