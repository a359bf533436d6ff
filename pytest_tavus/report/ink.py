"""Colour, or none. Knows nothing of terminals: whoever prints says whether colour is wanted."""

from __future__ import annotations

from msgspec import Struct

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
