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
def uncollected() -> Generator[None]:
    """Look for no garbage within the block; after it, as before."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def keep_all() -> None:
    """Look for no garbage any more in what there is now, until :func:`keep_none`."""
    gc.freeze()


def keep_none() -> None:
    """Look for garbage everywhere."""
    gc.unfreeze()
