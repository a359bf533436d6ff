"""Quotes the lines of the user's file around a position, with a marker below it.

The excerpt is empty if the file is gone or the scenario was written in Python. It is never an
error, because an error of the report would hide the failure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from pytest_tavus.report.typeset import Ink, escape_unprintable, shorten, width
from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.spans import SourceSpan

_BEFORE, _AFTER = 2, 1


@runtime_checkable
class Readable(Protocol):
    """A source that keeps the decoded text of its file."""

    @property
    def text(self) -> str: ...


def excerpt(
    scenario: Scenario,
    span: SourceSpan,
    *,
    ink: Ink,
    columns: int,
    mask: Callable[[str], Sequence[str]] = str.splitlines,
) -> tuple[str, ...]:
    """Return the lines around `span`, with a mark at its own line.

    `mask` splits a text into masked lines, because a PAL definition in the file may have secrets.
    """
    text = _load_text(scenario, span)
    lines = mask(text)
    if not 1 <= span.line <= len(lines):
        return ()
    first = max(span.line - _BEFORE, 1)
    shown = range(first, min(span.line + _AFTER, len(lines)) + 1)
    digits = len(str(shown[-1]))
    result: list[str] = []
    for number in shown:
        line = shorten(escape_unprintable(lines[number - 1].expandtabs()), columns - digits - 5)
        if number != span.line:
            result.append(ink.dim(f"  {number:>{digits}} | {line}".rstrip()))
            continue
        # The column counts characters of the file, and a mask may have another length.
        unmasked = text.splitlines()[number - 1]
        indent = width(escape_unprintable(unmasked[: span.column - 1].expandtabs()))
        result.append(f"{ink.red('>')} {number:>{digits}} | {line}")
        if indent < width(line):
            result.append(ink.red(f"  {'':>{digits}} | {' ' * indent}^"))
    return tuple(result)


def _load_text(scenario: Scenario, span: SourceSpan) -> str:
    for source in (scenario.source, scenario.pal_source):
        if source.path == span.path and isinstance(source, Readable):
            return source.text
    return _read(span.path)


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
