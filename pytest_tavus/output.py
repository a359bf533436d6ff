"""Captures what a conversation prints and logs until pytest reports its scenario.

A conversation that runs before its turn would write into the output that pytest captures for
another test. A context variable names the conversation, so its output can wait for its turn.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from contextvars import Context, ContextVar, copy_context
from typing import Final, Literal

from msgspec import Struct

Stream = Literal["stdout", "stderr"]

_CURRENT: Final[ContextVar[CapturedOutput | None]] = ContextVar("captured_output", default=None)


class PrintedText(Struct, frozen=True):
    stream: Stream
    text: str


class CapturedOutput:
    """The output of one conversation: buffered until `flush`, passed through afterwards."""

    def __init__(self) -> None:
        self._buffer: list[PrintedText | logging.LogRecord] = []
        self._flushed = False
        self._lock = threading.Lock()  # a handler's threads write at the same time

    def context(self) -> Context:
        """Return a copy of the context in which all output belongs to this conversation."""
        context = copy_context()
        context.run(_CURRENT.set, self)
        return context

    def capture(self, item: PrintedText | logging.LogRecord) -> bool:
        """Buffer the item; return `False` after `flush`, when the caller must write it."""
        with self._lock:
            if not self._flushed:
                self._buffer.append(item)
            return not self._flushed

    def flush(self) -> None:
        """Write the buffered output and stop buffering."""
        with self._lock:
            buffered, self._buffer = self._buffer, []
            for item in buffered:
                if isinstance(item, PrintedText):
                    getattr(sys, item.stream).write(item.text)
                else:
                    _emit_record(item)
            self._flushed = True


def current_output() -> CapturedOutput | None:
    """Return the captured output of this context; `None` if no conversation runs in it."""
    return _CURRENT.get()


def bind_output(work: Callable[[], None]) -> Callable[[], None]:
    """Return `work` for another thread, with its output assigned to this conversation."""
    # A new thread starts with an empty context anyway; only the output must follow the work.
    context = Context()
    context.run(_CURRENT.set, _CURRENT.get())
    return lambda: context.run(work)


def _emit_record(record: logging.LogRecord) -> None:
    # The handlers of this moment: pytest installs its capturing handler for each test.
    for handler in logging.getLogger().handlers:
        if record.levelno >= handler.level:
            handler.handle(record)
