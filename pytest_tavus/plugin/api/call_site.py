"""Finds the line of a Python test that says a line of a conversation."""

from __future__ import annotations

import inspect
import os
from pathlib import Path

from pytest_tavus.errors import HarnessError
from pytest_tavus.spans import Loc, SourceSpan, format_loc

PACKAGE = str(Path(__file__).resolve().parents[2]) + os.sep


class TestSource:
    """The source of a scenario that a test builds turn by turn, one line of Python per turn."""

    __test__ = False

    def __init__(self, root: Path) -> None:
        self._root = root
        opened = self.caller()
        self.path = opened.path
        self._lines = [opened]

    def caller(self) -> SourceSpan:
        return caller(self._root)

    def add_line(self, span: SourceSpan) -> None:
        self._lines.append(span)

    def remove_last_line(self) -> None:
        self._lines.pop()

    def span(self, loc: Loc) -> SourceSpan:
        """Return the line of the turn at this path, else the line that opened the conversation."""
        number = loc[1] if len(loc) > 1 and loc[0] == "turns" else 0
        return self._lines[number if isinstance(number, int) else 0]

    def key_span(self, loc: Loc) -> SourceSpan:
        return self.span(loc)

    def format_message(self, loc: Loc, message: str) -> str:
        """Prefix the message with the path of the value within its turn."""
        inner = loc[2:] if loc[:1] == ("turns",) else loc
        return f"{format_loc(inner)}: {message}" if inner else message


def caller(root: Path) -> SourceSpan:
    """Return the innermost line of the call stack that is outside this package."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_code.co_filename.startswith(PACKAGE):
        frame = frame.f_back
    if frame is None:
        raise HarnessError("no line outside pytest-tavus called the conversation")
    path = Path(frame.f_code.co_filename)
    relative = path.relative_to(root) if path.is_relative_to(root) else path
    return SourceSpan(path=relative.as_posix(), line=frame.f_lineno)
