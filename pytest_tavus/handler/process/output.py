"""What a process writes, drained by a thread so that the process never waits for a reader."""

from __future__ import annotations

import os
import threading

_KEPT = 64 * 1024
"""Bytes. Of what was written before, nothing is known."""

_LINES = 60


class Output:
    """The last of what comes out of one end of a pipe, which it closes."""

    def __init__(self, source: int) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._kept = bytearray()
        self._written = 0
        self._thread = threading.Thread(target=self._drain, name="tavus-output", daemon=True)
        self._thread.start()

    @property
    def written(self) -> int:
        """Bytes written so far: a place to look on from with :meth:`since`."""
        return self._written

    def since(self, place: int) -> str:
        """Return what was written after a place, as far as it is kept."""
        with self._lock:
            fresh = bytes(self._kept[max(0, len(self._kept) - (self._written - place)) :])
        return fresh.decode(errors="replace")

    def tail(self) -> str | None:
        """Return the last lines; `None` where nothing was written."""
        lines = self.since(0).rstrip().splitlines()
        if self._written > len(self._kept):
            del lines[:1]  # it may be cut, and what is cut of a secret cannot be masked
        return "\n".join(lines[-_LINES:]) or None

    def finish(self, *, within: float) -> None:
        """Read what is left, for at most so many seconds after the process has ended."""
        self._thread.join(within)

    def _drain(self) -> None:
        while chunk := os.read(self._source, 65536):
            with self._lock:
                self._kept += chunk
                del self._kept[:-_KEPT]
                self._written += len(chunk)
        os.close(self._source)
