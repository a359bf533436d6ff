"""From a verdict to what pytest prints and passes on.

A failure is the failure picture and nothing else, in plain text wherever it is stored and in
colour only where it is printed.
"""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import Struct

from pytest_tavus.report.record import record
from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.spans import SourceSpan
from pytest_tavus.trace.facts import PROVES_NOTHING

RECORD, COLOURED = "tavus", "tavus_coloured"
"""The attributes of a report that carry a scenario's record and its failure picture in colour."""

NOT_RUN = "tavus_not_run"
"""The attribute of a report that says why a scenario was not run."""


def skip_reason(report: pytest.TestReport) -> str | None:
    """Return why a test was skipped, in the words of its mark or of `pytest.skip`."""
    if not report.skipped or not isinstance(report.longrepr, tuple):
        return None
    return report.longrepr[2].removeprefix("Skipped: ")


def find_unproven_reason(report: pytest.TestReport) -> str | None:
    """Return why a scenario was skipped when it was collected, if it was."""
    reason = skip_reason(report)
    return reason if reason is not None and reason.startswith(PROVES_NOTHING) else None


def find_unproven_mark(item: pytest.Item) -> str | None:
    """Return why a scenario is going to be skipped of which nothing can be proven."""
    first = next(item.iter_markers("skip"), None)
    reason = "" if first is None else str(first.kwargs.get("reason", ""))
    return reason if reason.startswith(PROVES_NOTHING) else None


class VerdictError(AssertionError):
    """A scenario was played and did not pass. Its text is the failure picture."""

    def __init__(self, result: ScenarioResult) -> None:
        from pytest_tavus.report.failure import failure_text

        self.result = result
        self.reason = record(result)["reason"]
        "In one sentence, without any secret."

        self.coloured = failure_text(result, color=True)
        super().__init__(failure_text(result))


class Picture(Struct, frozen=True, kw_only=True):
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


def repr_error(
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


def repr_bug(excinfo: pytest.ExceptionInfo[BaseException], *, path: str) -> Any:
    """Return pytest's representation of an error of ours: where it was raised, and whose it is.

    It begins at the first frame in the file `path`. No local variable is shown, whatever the
    user asked for: ours hold the environment and the PAL with its secrets.
    """
    shown = excinfo.getrepr(
        style="short", showlocals=False, tbfilter=lambda info: info.traceback.cut(path=path)
    )
    whose = "this is a bug of pytest-tavus and not of the scenario: please report it"
    shown.addsection("pytest-tavus", whose)
    if shown.reprcrash is not None:
        shown.reprcrash.message = f"a bug of pytest-tavus: {shown.reprcrash.message}"
    return shown


def remove_item_lines(shown: Any) -> Any:
    """Return what pytest shows of a missing fixture, without the function that is the scenario."""
    places = [index for index, line in enumerate(shown.tblines) if line.startswith("file ")]
    shown.tblines = shown.tblines[places[1] :] if len(places) > 1 else []
    return shown


def colour(report: pytest.TestReport) -> None:
    """Let a failed report print its picture in colour."""
    coloured = report.__dict__.get(COLOURED)
    if report.failed and coloured is not None:
        crash = getattr(report.longrepr, "reprcrash", None)
        picture: Any = Picture(plain=report.longreprtext, coloured=coloured, reprcrash=crash)
        report.longrepr = picture
