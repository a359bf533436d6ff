"""Who decided and who answered: what a result may be taken as proof of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from pytest_tavus.trace.events import AnsweredBy, Decisions, ToolResolved
from pytest_tavus.trace.log import Trace

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


def counts(provenances: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Count results by provenance, most frequent first, then by name."""
    return tuple(sorted(Counter(provenances).items(), key=lambda pair: (-pair[1], pair[0])))
