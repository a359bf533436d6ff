"""Lets no garbage be looked for while much is made that stays.

To import what a run needs, and to read a file of scenarios, makes many objects and hardly any
garbage. Python looks through all that is there for garbage each time that a quarter has been added.
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
