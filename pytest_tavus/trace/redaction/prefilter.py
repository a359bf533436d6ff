"""Selects the secrets that a text may hold: nearly always none, after a few plain searches."""

from __future__ import annotations

import re
import string
from typing import NamedTuple

from pytest_tavus.trace.redaction.decoding import unescape_text
from pytest_tavus.trace.redaction.disguise import Disguises

WORDS = (0, 9, 13, 20)
"""Lengths of runs of letters and digits. Encoded secrets have long runs, and most texts do not."""

_SHAPE = bytes(
    ord("A") if byte in (string.ascii_letters + string.digits).encode() else ord(" ")
    for byte in range(256)
)
_RUN = re.compile("[A-Za-z0-9]*")


class _Bucket(NamedTuple):
    """The searches for texts with a run of at least so many letters and digits."""

    run: bytes
    plain: list[tuple[str, Disguises]]
    anchors: list[tuple[str, Disguises]]


class Prefilter:
    """The anchors of many secrets. Long anchors are searched only in texts with long runs."""

    def __init__(self) -> None:
        self._buckets = [_Bucket(b"A" * word, [], []) for word in WORDS]

    def add(self, disguises: Disguises) -> None:
        self._bucket_for(disguises.plain).plain.append((disguises.plain, disguises))
        for anchor in disguises.anchors:
            self._bucket_for(anchor).anchors.append((anchor, disguises))

    def copy(self) -> Prefilter:
        """Return an independent prefilter with the same secrets."""
        copy = Prefilter()
        copy._buckets = [
            _Bucket(run, plain[:], anchors[:]) for run, plain, anchors in self._buckets
        ]
        return copy

    def _bucket_for(self, anchor: str) -> _Bucket:
        longest = max(map(len, _RUN.findall(anchor)))
        return next(known for known in reversed(self._buckets) if len(known.run) <= longest)

    def suspects(self, text: str) -> list[Disguises]:
        """Return the secrets that may be in the text, each once."""
        found = self._search(text)
        plain = unescape_text(text)
        if plain is not None:
            found += self._search(plain)
        return list(dict.fromkeys(found)) if found else found

    def _search(self, text: str) -> list[Disguises]:
        shape = text.encode("utf-8", "surrogatepass").translate(_SHAPE)
        found: list[Disguises] = []
        for run, plain, anchors in self._buckets:
            if not (plain or anchors):
                continue
            if run not in shape:
                break  # later buckets need longer runs
            if plain:
                lower = text.lower()
                found += [disguises for part, disguises in plain if part in lower]
            found += [disguises for anchor, disguises in anchors if anchor in text]
        return found
