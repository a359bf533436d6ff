"""An event loop that can tell when it has nothing to do but wait. Knows no conversation."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable


class IdleSelector(selectors.DefaultSelector):
    """What a loop waits with. Tells once, before it waits, that there is nothing else to do."""

    tell: Callable[[], object] | None = None
    "Called when there is, and then forgotten."

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is there to be read and written, after so many seconds at most."""
        if self.tell is None or (timeout is not None and timeout <= 0):
            return super().select(timeout)
        found = super().select(0)
        if not found:
            tell, self.tell = self.tell, None
            tell()
        return found


def new_loop() -> tuple[asyncio.AbstractEventLoop, IdleSelector | None]:
    """Return a loop of the kind that is wanted here, and what tells that it is idle, if it can."""
    loop = asyncio.new_event_loop()
    if type(loop) is not asyncio.SelectorEventLoop:  # such as that of Windows, or of uvloop
        return loop, None
    loop.close()
    selector = IdleSelector()
    return asyncio.SelectorEventLoop(selector), selector
