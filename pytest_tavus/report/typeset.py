"""Makes text safe to print, and measures its width on a terminal.

Text of a handler, a caller or a model can contain escape sequences, line breaks, right-to-left
text, and characters two columns wide. Every printed text goes through this module.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import islice

from msgspec import Struct

_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS = frozenset({"\u200d", "\u200c"})
"""Format characters that are part of visible characters in emoji and in several scripts."""

_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ELLIPSIS = "…"


def escape_unprintable(text: str) -> str:
    """Return the text on one line, with an escape for every character that moves the cursor."""
    return text if text.isascii() and text.isprintable() else "".join(map(_escape_character, text))


def _escape_character(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if unicodedata.category(character) not in _UNPRINTABLE or character in _JOINERS:
        return character
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def width(text: str) -> int:
    """Return the width of a printable text, in columns of a terminal."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def shorten(text: str, columns: int) -> str:
    """Cut a text to this many columns, with an ellipsis at the end."""
    if width(text) <= columns:
        return text
    kept, _ = _split(text, max(columns - len(_ELLIPSIS), 1))
    return kept + _ELLIPSIS


def wrap(text: str, columns: int, *, limit: int | None = None) -> tuple[str, ...]:
    """Break a text at spaces into lines of at most this many columns.

    A word that is too long is broken. With a `limit`, further lines are dropped, and the last line
    ends with the length of the whole text.
    """
    columns = max(columns, 2)  # the width of the widest character
    lines = tuple(islice(_lines(text, columns), None if limit is None else limit + 1)) or ("",)
    if limit is None or len(lines) <= limit:
        return lines
    note = f" {_ELLIPSIS} ({len(text)} characters)"
    last, _ = _split(lines[limit - 1], max(columns - len(note), 1))
    return (*lines[: limit - 1], last.rstrip(" ") + note)


def _lines(text: str, columns: int) -> Iterator[str]:
    """Break each line at its last space, unless most of the line would stay empty."""
    rest = text
    while rest:
        head, tail = _split(rest, columns)
        space = len(head) if tail.startswith(" ") else head.rfind(" ")
        if tail and space > len(head) // 2:
            head, tail = rest[:space], rest[space:].lstrip(" ")
        yield head
        rest = tail


def _split(text: str, columns: int) -> tuple[str, str]:
    """Split a text at the column, after at least one character."""
    used = 0
    for position, character in enumerate(text):
        used += _columns(character)
        if used > columns and position:
            return text[:position], text[position:]
    return text, ""


_RESET = "\x1b[0m"


class Ink(Struct, frozen=True, kw_only=True):
    """Colours text if `color` is true, and returns it unchanged otherwise."""

    color: bool = False

    def bold(self, text: str) -> str:
        """Style of headings and of marked lines."""
        return self._paint(text, "1")

    def red(self, text: str) -> str:
        """Style of failures."""
        return self._paint(text, "1;31")

    def yellow(self, text: str) -> str:
        """Style of undecided results."""
        return self._paint(text, "1;33")

    def green(self, text: str) -> str:
        """Style of passes and of expected values."""
        return self._paint(text, "32")

    def dim(self, text: str) -> str:
        """Style of context."""
        return self._paint(text, "2")

    def _paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}{_RESET}" if self.color and text else text
