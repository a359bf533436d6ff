"""Turns verdicts and errors into pytest's failure representations.

A failed scenario shows its failure picture and nothing else: plain text in every stored report,
colour only on a terminal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import pytest
from msgspec import Struct

from pytest_tavus.report.record import record
from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.spans import SourceSpan
from pytest_tavus.trace.facts import PROVES_NOTHING

RECORD, COLOURED = "tavus", "tavus_coloured"
"""Attributes of a pytest report: a scenario's record, and its failure picture in colour."""

NOT_RUN = "tavus_not_run"
"""Attribute of a pytest report: the reason why a scenario was not run."""


def skip_reason(report: pytest.TestReport) -> str | None:
    """Return the reason that the skip mark or `pytest.skip` gave."""
    if not report.skipped or not isinstance(report.longrepr, tuple):
        return None
    return report.longrepr[2].removeprefix("Skipped: ")


def find_unproven_reason(report: pytest.TestReport) -> str | None:
    """Return the reason of a skip at collection, because no answer could fail the scenario."""
    reason = skip_reason(report)
    return reason if reason is not None and reason.startswith(PROVES_NOTHING) else None


def find_unproven_mark(item: pytest.Item) -> str | None:
    """Return the same reason before the item runs."""
    mark = next(item.iter_markers("skip"), None)
    reason = "" if mark is None else str(mark.kwargs.get("reason", ""))
    return reason if reason.startswith(PROVES_NOTHING) else None


class VerdictError(AssertionError):
    """A scenario ran and did not pass. The text of the exception is the failure picture."""

    def __init__(self, result: ScenarioResult) -> None:
        from pytest_tavus.report.failure import failure_text

        self.result = result
        self.reason = record(result)["reason"]
        "One sentence, masked."

        self.coloured = failure_text(result, color=True)
        super().__init__(failure_text(result))


class _Terminal(Protocol):
    """The part of pytest's terminal writer that a picture uses; pytest exports no type of it."""

    hasmarkup: bool

    def line(self, s: str = "") -> None: ...


class Picture(Struct, frozen=True, kw_only=True):
    """A failure's text: pytest's terminal prints it, JUnit stores it."""

    plain: str
    coloured: str
    reprcrash: object
    "Position and reason in one line, for pytest's short summary."

    def __str__(self) -> str:
        return self.plain

    def toterminal(self, tw: _Terminal) -> None:
        tw.line(self.coloured if tw.hasmarkup else self.plain)


def repr_error(
    excinfo: pytest.ExceptionInfo[BaseException], *, span: SourceSpan | None, reason: str
) -> object:
    """Return pytest's representation of an error: its text, without a traceback.

    The result has pytest's own types, because only these survive the transport from a worker of
    pytest-xdist. The short summary, ``--tb=line`` and JUnit show `span` and `reason`.
    """
    representation = excinfo.getrepr(style="value", chain=False)
    crash = representation.reprcrash
    if crash is not None:
        crash.message = reason
        if span is not None:
            crash.path, crash.lineno = span.path, span.line
    return representation


def repr_bug(excinfo: pytest.ExceptionInfo[BaseException], *, path: str) -> object:
    """Return pytest's representation of a bug: its traceback from the first frame in `path`.

    It never shows local variables, even with `--showlocals`: they hold the environment and the
    PAL with its secrets.
    """
    representation = excinfo.getrepr(
        style="short", showlocals=False, tbfilter=lambda info: info.traceback.cut(path=path)
    )
    advice = "this is a bug of pytest-tavus and not of the scenario: please report it"
    representation.addsection("pytest-tavus", advice)
    crash = representation.reprcrash
    if crash is not None:
        crash.message = f"a bug of pytest-tavus: {crash.message}"
    return representation


class _FixtureError(Protocol):
    tblines: Sequence[str]


def remove_item_lines(error: _FixtureError) -> str:
    """Return pytest's text for a missing fixture, without the function that stands for the item."""
    starts = [index for index, line in enumerate(error.tblines) if line.startswith("file ")]
    error.tblines = error.tblines[starts[1] :] if len(starts) > 1 else []
    return str(error)


def colour(report: pytest.TestReport) -> None:
    """Make pytest print the coloured picture of a failed report."""
    coloured = report.__dict__.get(COLOURED)
    if report.failed and coloured is not None:
        crash = getattr(report.longrepr, "reprcrash", None)
        picture = Picture(plain=report.longreprtext, coloured=coloured, reprcrash=crash)
        # pytest accepts every object with `toterminal`, but exports no type for one.
        vars(report)["longrepr"] = picture
