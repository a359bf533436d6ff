"""Ctrl-C while an event loop runs in the main thread. Knows no conversation.

Python raises `KeyboardInterrupt` wherever the main thread is. Inside of an event loop that can be
after it has taken a task from its queue and before the task goes on, and then it never does: it
cannot even be cancelled. So the first Ctrl-C waits until the loop has been left, as it does under
`asyncio.run`; the second one is raised at once, for whoever is stuck.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Self


class Interrupts:
    """Keeps a Ctrl-C until the block has been left, and leaves everybody else's handlers alone."""

    def __init__(self, leave: Callable[[], object]) -> None:
        """`leave` is called at a Ctrl-C, to let the block come to its end soon."""
        self._leave = leave
        self._keeps = False
        self.pressed = False
        "Whether there was one."

    def __enter__(self) -> Self:
        if (
            threading.current_thread() is threading.main_thread()
            and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        ):
            self._keeps = True
            signal.signal(signal.SIGINT, self._press)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Raise what was kept.

        Raises:
            KeyboardInterrupt: there was a Ctrl-C.

        """
        if self._keeps:
            found = signal.signal(signal.SIGINT, signal.default_int_handler)
            if found != self._press:  # somebody has put another in its place meanwhile
                signal.signal(signal.SIGINT, found)
        if self.pressed:
            raise KeyboardInterrupt

    def _press(self, number: int, frame: FrameType | None) -> None:
        if self.pressed:
            signal.default_int_handler(number, frame)
        self.pressed = True
        self._leave()
