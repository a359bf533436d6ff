"""Spares Python the search for garbage where there is none.

To import what a run needs, and to read a file of scenarios, makes many objects that stay. Python
looks through all that is there each time that a quarter has been added, and pytest lets it look
several times at the end: a tenth of the time of a run that plays a thousand scenarios.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Generator


@contextlib.contextmanager
def gc_paused() -> Generator[None]:
    """Look for no garbage within the block; after it, as before."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class FrozenHeap:
    """What there was at a moment, in which no garbage is looked for until the end of the run."""

    def __init__(self) -> None:
        self._frozen = False

    def freeze(self) -> None:
        """Spare what there is now; not where somebody else spares something already."""
        if gc.get_freeze_count() == 0:
            self._frozen = True
            gc.freeze()

    def unfreeze(self) -> None:
        """Look for garbage everywhere again, if this was begun."""
        if self._frozen:
            self._frozen = False
            gc.unfreeze()
