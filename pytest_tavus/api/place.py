"""Where a line of a conversation was written, when it was written in a Python test."""

from __future__ import annotations

import sys
from pathlib import Path

from pytest_tavus.spans import Loc, SourceSpan

PACKAGE = str(Path(__file__).resolve().parent.parent)


class TestSource:
    """The source of a scenario that a test makes up turn by turn: each turn has a line."""

    __test__ = False

    def __init__(self, opened: SourceSpan) -> None:
        self.path = opened.path
        self._opened = opened
        self._turns: list[SourceSpan] = []

    def said(self, span: SourceSpan) -> None:
        """Note where the next turn was written."""
        self._turns.append(span)

    def span(self, loc: Loc) -> SourceSpan:
        """Return the line of the turn that a path leads into; else, where it was opened."""
        if len(loc) > 1 and loc[0] == "turns" and isinstance(loc[1], int):
            number = loc[1]
            if number < len(self._turns):
                return self._turns[number]
        return self._opened


def caller(root: Path) -> SourceSpan:
    """Return the nearest line outside this package that led here."""
    frame = sys._getframe(1)  # noqa: SLF001 - documented, and the only way to name the test's line
    while frame.f_back is not None and frame.f_code.co_filename.startswith(PACKAGE):
        frame = frame.f_back
    path = Path(frame.f_code.co_filename)
    shown = path.relative_to(root) if path.is_relative_to(root) else path
    return SourceSpan(path=str(shown), line=frame.f_lineno)
