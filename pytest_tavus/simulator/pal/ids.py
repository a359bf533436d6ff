"""The ids of a simulated conversation, which follow from its seed and its name."""

from __future__ import annotations

import hashlib


class Ids:
    """Ids in Tavus's form; the same seed and name give the same ids in every run."""

    def __init__(self, *, seed: int, name: str) -> None:
        # NUL keeps seed 1 with name "2x" apart from seed 12 with name "x".
        self._prefix = f"{seed}\0{name}\0".encode()
        self._count = 0

    def conversation(self) -> str:
        """Return a `conversation_id`: ``c`` and 16 hex digits, as seen in Tavus's docs."""
        return f"c{self._digest()[:16]}"

    def call(self) -> str:
        """Return a `tool_call_id`: ``call_`` and 24 hex digits. Tavus's format is unknown."""
        return f"call_{self._digest()[:24]}"

    def inference(self) -> str:
        """Return an `inference_id`: a UUID of version 4, as Tavus documents."""
        d = self._digest()
        variant = "89ab"[int(d[16], 16) % 4]
        return f"{d[:8]}-{d[8:12]}-4{d[13:16]}-{variant}{d[17:20]}-{d[20:]}"

    def _digest(self) -> str:
        self._count += 1
        material = self._prefix + self._count.to_bytes(8, "big")
        return hashlib.blake2b(material, digest_size=16).hexdigest()
