"""Plain words for the machine-readable names, as data. A kind without words here is a bug."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pytest_tavus.errors import Owner
from pytest_tavus.verdict.verdict import FindingKind

KINDS: Mapping[FindingKind, str] = MappingProxyType(
    {
        "missing_call": "missing call",
        "unexpected_call": "unexpected call",
        "forbidden_call": "forbidden call",
        "wrong_arguments": "wrong arguments",
        "unclear_arguments": "unclear arguments",
        "unsent_call": "unsent call",
        "wrong_order": "wrong order",
        "wrong_result": "wrong result",
        "wrong_status": "wrong status",
        "too_late": "too late",
        "invalid_arguments": "invalid arguments",
        "handler_error": "handler error",
        "unhandled_call": "unhandled call",
        "unanswered_call": "unanswered call",
        "missing_speech": "missing speech",
        "forbidden_speech": "forbidden speech",
        "unknown_answer": "unknown answer",
        "on_call": "on_call not kept",
        "on_resolve": "on_resolve not kept",
        "missing_event": "missing event",
        "forbidden_event": "forbidden event",
        "not_quiet": "not quiet",
        "judge": "judged otherwise",
        "nothing_saved": "nothing saved",
        "not_run": "not run",
        "fault": "fault",
    }
)
"""The label of each kind, for the first line of a failure."""

FAULTS: Mapping[Owner, str] = MappingProxyType(
    {
        "agent": "fault of the PAL",
        "handler": "handler fault",
        "environment": "environment fault",
        "platform": "platform fault",
        "test": "scenario fault",
        "harness": "fault of pytest-tavus",
    }
)
"""The label of a fault, by its owner."""

OWNERS: Mapping[Owner, str] = MappingProxyType(
    {
        "agent": "the PAL",
        "handler": "your handler",
        "environment": "the environment",
        "platform": "the platform",
        "test": "the scenario file",
        "harness": "pytest-tavus",
    }
)
"""The name of each owner, who can correct a fault."""

REMEDIES: Mapping[Owner, str] = MappingProxyType(
    {
        "agent": "its prompt, or a tool's definition",
        "handler": "the code that answers the tool's calls",
        "environment": "the variables with which the run is started",
        "platform": "Tavus, or what stands in for it",
        "test": "what it expects or plays",
        "harness": "a bug of ours: please report it",
    }
)
"""The part that each owner should inspect first."""

SCRIPTED_REMEDY = "a tool's definition, or what the scenario makes it play"
"""The same for a scripted PAL, whose prompt decides nothing."""


def format_count(number: int, noun: str, nouns: str | None = None) -> str:
    """Format a number with its noun: ``1 call``, ``2 calls``."""
    return f"{number} {noun}" if number == 1 else f"{number} {nouns or noun + 's'}"
