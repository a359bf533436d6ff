"""Where a line of a conversation was written, when it was written in a Python test."""

from __future__ import annotations

import inspect
import os
from pathlib import Path

from pytest_tavus.errors import HarnessError
from pytest_tavus.spans import Loc, SourceSpan, format_loc

PACKAGE = str(Path(__file__).resolve().parents[2]) + os.sep


class TestSource:
    """The source of a scenario that a test makes up turn by turn: each turn has a line."""

    __test__ = False

    def __init__(self, opened: SourceSpan) -> None:
        self.path = opened.path
        self._lines = [opened]

    def add_line(self, span: SourceSpan) -> None:
        """Note where the next turn is written."""
        self._lines.append(span)

    def remove_last_line(self) -> None:
        """Forget the last turn, which was refused."""
        self._lines.pop()

    def span(self, loc: Loc) -> SourceSpan:
        """Return the line of the turn that a path leads into; else, where it was opened."""
        number = loc[1] if len(loc) > 1 and loc[0] == "turns" else 0
        return self._lines[number if isinstance(number, int) else 0]

    def key_span(self, loc: Loc) -> SourceSpan:
        """Return the same as :meth:`span`: a line of Python has no keys."""
        return self.span(loc)

    def format_message(self, loc: Loc, message: str) -> str:
        """Return the message with the path of the value within its turn."""
        inner = loc[2:] if loc[:1] == ("turns",) else loc
        return f"{format_loc(inner)}: {message}" if inner else message


def caller(root: Path) -> SourceSpan:
    """Return the nearest line outside this package that led here."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_code.co_filename.startswith(PACKAGE):
        frame = frame.f_back
    if frame is None:
        raise HarnessError("a conversation was held by nobody")
    path = Path(frame.f_code.co_filename)
    shown = path.relative_to(root) if path.is_relative_to(root) else path
    return SourceSpan(path=shown.as_posix(), line=frame.f_lineno)
