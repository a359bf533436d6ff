"""The source of data that a program gives: there is no file, so a place is a path in the data."""

from __future__ import annotations

from msgspec import Struct

from pytest_tavus.spans import Loc, SourceSpan, dotted


class InlineSource(Struct, frozen=True, kw_only=True):
    """Data that was given by a program and stands in no file."""

    path: str = "<python>"

    def span(self, loc: Loc) -> SourceSpan:  # noqa: ARG002 - the port has it
        """Return the first line of nowhere: the path of the value is in the message."""
        return SourceSpan(path=self.path, line=1)

    def key_span(self, loc: Loc) -> SourceSpan:
        """Return the same as :meth:`span`."""
        return self.span(loc)

    def worded(self, loc: Loc, message: str) -> str:
        """Return the message with the path of the value, there being no line."""
        return f"{dotted(loc)}: {message}" if loc else message
