"""End-to-end tests for voice agents on Tavus: YAML scenarios against your real tool handler.

The names in `__all__` are public; every other name may change. Each is imported at its first use,
because pytest imports this package in every run of every project that has it installed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

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
    from pytest_tavus.errors import (
        HandlerError,
        HarnessError,
        Problem,
        ScenarioError,
        ServiceError,
        TavusError,
    )
    from pytest_tavus.plugin.api.conversation import AsyncConversation, Conversation
    from pytest_tavus.plugin.api.cursor import Cursor
    from pytest_tavus.plugin.api.opening import AsyncTavus, Tavus
    from pytest_tavus.plugin.failure import VerdictError
    from pytest_tavus.report.result import ScenarioResult
    from pytest_tavus.run.options.settings import Settings
    from pytest_tavus.scenario.load.parse import load_scenarios
    from pytest_tavus.scenario.values.model import Scenario
    from pytest_tavus.spans import SourceSpan
    from pytest_tavus.trace.events import PalSaid, ToolCalled, ToolResolved, UserSaid
    from pytest_tavus.trace.log import Trace
    from pytest_tavus.verdict.verdict import Finding, Ruling, Verdict

_NAMES_BY_MODULE = {
    "plugin.api.conversation": ("AsyncConversation", "Conversation"),
    "plugin.api.cursor": ("Cursor",),
    "plugin.api.opening": ("AsyncTavus", "Tavus"),
    "errors": (
        "HandlerError",
        "HarnessError",
        "Problem",
        "ScenarioError",
        "ServiceError",
        "TavusError",
    ),
    "run.options.settings": ("Settings",),
    "plugin.failure": ("VerdictError",),
    "report.result": ("ScenarioResult",),
    "scenario.values.model": ("Scenario",),
    "scenario.load.parse": ("load_scenarios",),
    "spans": ("SourceSpan",),
    "trace.events": ("PalSaid", "ToolCalled", "ToolResolved", "UserSaid"),
    "trace.log": ("Trace",),
    "verdict.verdict": ("Finding", "Ruling", "Verdict"),
}


def __getattr__(name: str) -> object:
    for module, names in _NAMES_BY_MODULE.items():
        if name in names:
            found: object = getattr(import_module(f"{__name__}.{module}"), name)
            return found
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
