"""Positions in a user's file.

Every part of a scenario or a PAL file carries its position, so that an error or a failed
expectation can point at it. This module knows nothing of YAML.
"""

from __future__ import annotations

from msgspec import Struct

Loc = tuple[str | int, ...]
"""A path from the root of one document to a value in it: mapping keys and list positions."""


class SourceSpan(Struct, frozen=True, kw_only=True, order=True):
    """A line and a column of a file."""

    path: str
    "As the user would type it: if possible, relative to the directory in which the run started."

    line: int
    "Counted from 1."

    column: int = 1
    "Counted from 1."

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


def format_loc(loc: Loc) -> str:
    """Format a path as messages show it: ``turns[0].calls[1].result.eta``."""
    text = ""
    for step in loc:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text
