"""End-to-end tests for voice agents on Tavus: YAML scenarios against your real tool handler.

The names below are the public ones; anything else may change. They are imported when they are
first used, because pytest imports this package in every run of every project that has it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = [
    "AsyncConversation",
    "AsyncTavus",
    "Conversation",
    "Cursor",
    "Finding",
    "HandlerError",
    "HarnessError",
    "PalSaid",
    "Problem",
    "Ruling",
    "Scenario",
    "ScenarioError",
    "ScenarioResult",
    "ServiceError",
    "Settings",
    "SourceSpan",
    "Tavus",
    "TavusError",
    "ToolCalled",
    "ToolResolved",
    "Trace",
    "UserSaid",
    "Verdict",
    "VerdictError",
    "load_scenarios",
]

if TYPE_CHECKING:
    from pytest_tavus.api.conversation import AsyncConversation, Conversation
    from pytest_tavus.api.cursor import Cursor
    from pytest_tavus.api.opening import AsyncTavus, Tavus
    from pytest_tavus.errors import (
        HandlerError,
        HarnessError,
        Problem,
        ScenarioError,
        ServiceError,
        TavusError,
    )
    from pytest_tavus.options import Settings
    from pytest_tavus.outcome import VerdictError
    from pytest_tavus.report.result import ScenarioResult
    from pytest_tavus.scenario.model import Scenario
    from pytest_tavus.scenario.parse import load_scenarios
    from pytest_tavus.spans import SourceSpan
    from pytest_tavus.trace.events import PalSaid, ToolCalled, ToolResolved, UserSaid
    from pytest_tavus.trace.log import Trace
    from pytest_tavus.verdict import Finding, Ruling, Verdict

_HOMES = {
    "api.conversation": ("AsyncConversation", "Conversation"),
    "api.cursor": ("Cursor",),
    "api.opening": ("AsyncTavus", "Tavus"),
    "errors": (
        "HandlerError",
        "HarnessError",
        "Problem",
        "ScenarioError",
        "ServiceError",
        "TavusError",
    ),
    "options": ("Settings",),
    "outcome": ("VerdictError",),
    "report.result": ("ScenarioResult",),
    "scenario.model": ("Scenario",),
    "scenario.parse": ("load_scenarios",),
    "spans": ("SourceSpan",),
    "trace.events": ("PalSaid", "ToolCalled", "ToolResolved", "UserSaid"),
    "trace.log": ("Trace",),
    "verdict": ("Finding", "Ruling", "Verdict"),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{home}"), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
