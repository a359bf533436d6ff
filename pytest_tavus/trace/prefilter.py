"""Decides which secrets a text may hold: nearly always none, at the cost of a few searches."""

from __future__ import annotations

import string

from pytest_tavus.trace.decoding import plainly
from pytest_tavus.trace.disguise import Disguises

WORD = 20
"""Letters and digits in a row that prose and identifiers seldom have, and encoded secrets do."""

_WORDS = bytes(
    ord("A") if byte in (string.ascii_letters + string.digits).encode() else ord(" ")
    for byte in range(256)
)
_LONG = b"A" * WORD


class Prefilter:
    """Knows the anchors of many secrets. Anchors in long words are sought where such words are."""

    def __init__(self) -> None:
        self._everywhere: list[tuple[str, Disguises]] = []
        self._in_words: list[tuple[str, Disguises]] = []

    def add(self, disguises: Disguises) -> None:
        """Look for one secret more from now on."""
        for anchor in disguises.anchors:
            long = len(anchor) >= WORD and anchor.isalnum()
            (self._in_words if long else self._everywhere).append((anchor, disguises))

    def copy(self) -> Prefilter:
        """Return a prefilter that knows the same secrets, and learns more by itself."""
        copy = Prefilter()
        copy._everywhere, copy._in_words = self._everywhere.copy(), self._in_words.copy()
        return copy

    def suspects(self, text: str) -> list[Disguises]:
        """Return the secrets that may be in the text, each once."""
        found = self._found(text)
        plain = plainly(text)
        if plain is not None:
            found += self._found(plain)
        return list(dict.fromkeys(found)) if found else found

    def _found(self, text: str) -> list[Disguises]:
        found = [one for anchor, one in self._everywhere if anchor in text]
        if self._in_words and _LONG in text.encode("ascii", "replace").translate(_WORDS):
            found += [one for anchor, one in self._in_words if anchor in text]
        return found
