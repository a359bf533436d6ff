"""Keeps Python's garbage collector away from objects that live to the end of the run.

Imports and scenario files make many objects that live to the end. The collector traverses all
objects whenever their number has grown by a quarter, and pytest calls it several times at the end.
In a run of a thousand scenarios, that took a tenth of the time.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Generator


@contextlib.contextmanager
def gc_paused() -> Generator[None]:
    """Switch the garbage collector off inside the block, and restore its state afterwards."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class FrozenHeap:
    """Excludes the objects of a moment from garbage collection until the end of the run."""

    def __init__(self) -> None:
        self._frozen = False

    def freeze(self) -> None:
        """Freeze the heap, unless the user's own code has frozen it already."""
        # `gc.unfreeze` has no argument: it would also unfreeze the objects that others froze.
        if gc.get_freeze_count() == 0:
            self._frozen = True
            gc.freeze()

    def unfreeze(self) -> None:
        if self._frozen:
            self._frozen = False
            gc.unfreeze()
