"""Text that is safe to print, as wide as it looks.

What a handler, a caller or a model wrote can hold anything: escape sequences, line breaks, text
that runs from right to left, characters two columns wide. Everything printed goes through here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import islice

from msgspec import Struct

_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS = frozenset({"\u200d", "\u200c"})
"""Format characters that belong to a visible sign: emoji and several scripts need them."""

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ELLIPSIS = "…"


def escape_unprintable(text: str) -> str:
    """Return the text on one line, with every character that could move the cursor spelt out."""
    return text if text.isascii() and text.isprintable() else "".join(map(_escape_character, text))


def _escape_character(character: str) -> str:
    if character in _NAMED:
        return _NAMED[character]
    if unicodedata.category(character) not in _UNPRINTABLE or character in _JOINERS:
        return character
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def width(text: str) -> int:
    """Return how many columns a printable text takes on a terminal."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def shorten(text: str, columns: int) -> str:
    """Cut a text to this many columns, and say that it was cut."""
    if width(text) <= columns:
        return text
    kept, _ = _split(text, max(columns - len(_ELLIPSIS), 1))
    return kept + _ELLIPSIS


def wrap(text: str, columns: int, *, limit: int | None = None) -> tuple[str, ...]:
    """Break a text at spaces into lines of at most this many columns.

    A word that is too long is broken inside. With a `limit`, what is beyond that many lines is
    left out and the last line says how long the whole is.
    """
    columns = max(columns, 2)
    lines = tuple(islice(_lines(text, columns), None if limit is None else limit + 1)) or ("",)
    if limit is None or len(lines) <= limit:
        return lines
    note = f" {_ELLIPSIS} ({len(text)} characters)"
    last, _ = _split(lines[limit - 1], max(columns - len(note), 1))
    return (*lines[: limit - 1], last.rstrip(" ") + note)


def _lines(text: str, columns: int) -> Iterator[str]:
    """Break at the last space of a line, unless that would leave most of the line empty."""
    rest = text
    while rest:
        head, tail = _split(rest, columns)
        space = len(head) if tail.startswith(" ") else head.rfind(" ")
        if tail and space > len(head) // 2:
            head, tail = rest[:space], rest[space:].lstrip(" ")
        yield head
        rest = tail


def _split(text: str, columns: int) -> tuple[str, str]:
    """Part a text before the character that would pass the column; take one at least."""
    used = 0
    for position, character in enumerate(text):
        used += _columns(character)
        if used > columns and position:
            return text[:position], text[position:]
    return text, ""


_RESET = "\x1b[0m"


class Ink(Struct, frozen=True, kw_only=True):
    """Writes text in colour where `color` is true and as it is where it is not."""

    color: bool = False

    def bold(self, text: str) -> str:
        """Write what the eye should find first."""
        return self._paint(text, "1")

    def red(self, text: str) -> str:
        """Write what is wrong."""
        return self._paint(text, "1;31")

    def yellow(self, text: str) -> str:
        """Write what nobody could decide."""
        return self._paint(text, "1;33")

    def green(self, text: str) -> str:
        """Write what was wanted."""
        return self._paint(text, "32")

    def dim(self, text: str) -> str:
        """Write what is only context."""
        return self._paint(text, "2")

    def _paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}{_RESET}" if self.color and text else text
