"""Tells whether an exception reaches pytest: it does from the test's own thread and task.

An exception of another thread, or of a task that the test created, stays in a future. A test that
never reads the future never fails.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Self

from msgspec import Struct

_RUNNERS = frozenset({"anyio", "pytest_asyncio"})
"""Packages whose tasks run async tests and pass exceptions on to pytest."""


class RaiseScope(Struct, frozen=True, kw_only=True):
    thread: int
    codes: tuple[CodeType, ...]
    "The code of the test function and of every function that it wraps."

    @classmethod
    def from_test(cls, test: Callable[..., object] | None) -> Self:
        """Build the scope of a test; call it in the test's own thread."""
        return cls(thread=threading.get_ident(), codes=tuple(_codes(test)))

    def reaches_pytest(self) -> bool:
        """Tell whether an exception that is raised now propagates to the test."""
        return threading.get_ident() == self.thread and self._is_own(_task())

    def _is_own(self, task: asyncio.Task[object] | None) -> bool:
        if task is None:
            return True
        coroutine = task.get_coro()
        frame = getattr(coroutine, "cr_frame", None)
        module = "" if frame is None else str(frame.f_globals.get("__name__", ""))
        is_runner = module.partition(".")[0] in _RUNNERS
        return is_runner or getattr(coroutine, "cr_code", None) in self.codes


def _codes(function: object) -> Iterator[CodeType]:
    while function is not None:
        code = getattr(function, "__code__", None)
        if isinstance(code, CodeType):
            yield code
        function = getattr(function, "__wrapped__", None)


def _task() -> asyncio.Task[object] | None:
    try:
        return asyncio.current_task()
    except RuntimeError:  # no loop of asyncio runs in this thread
        return None
