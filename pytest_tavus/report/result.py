"""The result of a scenario, and its provenance: who decided and who answered in it."""

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
    """A scenario with its masked trace and its verdict."""

    scenario: Scenario
    trace: Trace
    "Masked."

    verdict: Verdict
    provenance: str
    "Who decided and who answered: ``scripted, real handler``; ``scripted, canned answers``."

    took: float = 0.0
    "Seconds of real time from opening to closing the conversation."

    trace_path: str | None = None
    "The trace file, if the options ask for it."

    untraced: str | None = None
    "The directory and the reason, if the trace could not be written."

    oversized: tuple[str, ...] = ()
    "The type of each app message that is longer than the data channel carries."

    redaction: Redaction = NO_REDACTION
    "Masks the user's files where a report quotes them, and finished texts once more."

    def __repr__(self) -> str:
        # `pytest --showlocals` prints it, and the definitions in a scenario hold secrets.
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
"""Who answered the calls, in the order of a provenance."""


def provenance(trace: Trace) -> str:
    """Describe who decided and who answered: ``scripted PAL, real handler + canned answers``."""
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
