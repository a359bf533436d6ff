"""The ids of a simulated account: of Tavus's shapes, and the same for the same seed."""

from __future__ import annotations

import hashlib
from collections import Counter


class AccountIds:
    """Gives ids by kind. A kind's ids do not depend on how many of another kind were given."""

    def __init__(self, *, seed: int) -> None:
        self._seed = seed
        self._given: Counter[str] = Counter()

    def new(self, prefix: str, *, length: int = 12) -> str:
        """Return `prefix` and that many hex digits, such as ``p1abc173c0433`` for a PAL."""
        return prefix + self._digest(prefix)[:length]

    def uuid(self, kind: str) -> str:
        """Return a UUID of version 4."""
        d = self._digest(kind)
        variant = "89ab"[int(d[16], 16) % 4]
        return f"{d[:8]}-{d[8:12]}-4{d[13:16]}-{variant}{d[17:20]}-{d[20:]}"

    def reset(self, *, seed: int | None = None) -> None:
        """Begin anew: the ids that were given will be given again; with `seed`, others."""
        self._seed = self._seed if seed is None else seed
        self._given.clear()

    def _digest(self, kind: str) -> str:
        self._given[kind] += 1
        material = f"{self._seed}\0{kind}\0{self._given[kind]}".encode()
        return hashlib.blake2b(material, digest_size=16).hexdigest()
