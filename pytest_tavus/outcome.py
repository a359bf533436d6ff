"""From a verdict to what pytest prints and passes on.

A failure is the failure picture and nothing else, in plain text wherever it is stored and in
colour only where it is printed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from pytest_tavus.report.failure import failure_text
from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.spans import SourceSpan


class VerdictError(AssertionError):
    """A scenario was played and did not pass. Its text is the failure picture."""

    def __init__(self, result: ScenarioResult) -> None:
        self.result = result
        super().__init__(failure_text(result, color=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A failure's text for pytest's terminal, which prints it, and for JUnit, which stores it."""

    plain: str
    coloured: str
    reprcrash: object
    "Where and why, in one line: pytest's short summary reads it."

    def __str__(self) -> str:
        return self.plain

    def toterminal(self, tw: Any) -> None:
        """Write the picture, in colour if the terminal has it."""
        tw.line(self.coloured if tw.hasmarkup else self.plain)


def told(
    excinfo: pytest.ExceptionInfo[BaseException], *, span: SourceSpan | None, reason: str
) -> Any:
    """Return pytest's representation of an error that is its own text, without any frame.

    It is of pytest's own types, so that it survives the way from a worker to its controller; the
    place and the reason are what the short summary, ``--tb=line`` and JUnit show.
    """
    shown = excinfo.getrepr(style="value", chain=False)
    crash = shown.reprcrash
    if crash is not None:
        crash.message = reason
        if span is not None:
            crash.path, crash.lineno = span.path, span.line
    return shown


def record(result: ScenarioResult) -> dict[str, str | None]:
    """Return what the controller needs of a result, as JSON-ready data."""
    failed = result.verdict.outcome != "passed"
    return {
        "name": result.scenario.name,
        "place": str(result.scenario.span),
        "outcome": result.verdict.outcome,
        "reason": result.verdict.reason,
        "provenance": result.provenance,
        "trace": result.trace_path,
        "coloured": failure_text(result, color=True) if failed else None,
    }


def colour(report: pytest.TestReport, recorded: Mapping[str, str | None]) -> None:
    """Let a failed report print its picture in colour."""
    coloured = recorded.get("coloured")
    if report.failed and coloured is not None:
        crash = getattr(report.longrepr, "reprcrash", None)
        picture: Any = Picture(plain=report.longreprtext, coloured=coloured, reprcrash=crash)
        report.longrepr = picture
