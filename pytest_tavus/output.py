"""Whose words they are: what a conversation prints and logs, kept until its turn to be reported.

A conversation that is held ahead of its turn writes into whatever is captured at that moment. Its
context says whose words they are, so they can be kept, and written when its turn has come.
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

_CURRENT: Final[ContextVar[CapturedOutput | None]] = ContextVar("voice", default=None)


class PrintedText(Struct, frozen=True):
    """A text that was written to a stream."""

    stream: Stream
    text: str


class CapturedOutput:
    """The words of one conversation: kept at first, passed on from its turn onwards."""

    def __init__(self) -> None:
        self._buffer: list[PrintedText | logging.LogRecord] = []
        self._flushed = False
        self._lock = threading.Lock()

    def context(self) -> Context:
        """Return a context in which everything that is printed or logged is this voice's."""
        context = copy_context()
        context.run(_CURRENT.set, self)
        return context

    def capture(self, word: PrintedText | logging.LogRecord) -> bool:
        """Keep what is printed or logged; `False` from its turn onwards."""
        with self._lock:
            if not self._flushed:
                self._buffer.append(word)
            return not self._flushed

    def flush(self) -> None:
        """Its turn has come: write what was kept, and pass on what is still to come."""
        with self._lock:
            kept, self._buffer = self._buffer, []
            for word in kept:
                if isinstance(word, PrintedText):
                    getattr(sys, word.stream).write(word.text)
                else:
                    _emit_record(word)
            self._flushed = True


def current_output() -> CapturedOutput | None:
    """Return the voice of the conversation that is being held in this context, if it has one."""
    return _CURRENT.get()


def bind_output(work: Callable[[], None]) -> Callable[[], None]:
    """Return work for another thread that speaks with this voice, and knows nothing else of it."""
    context = Context()
    context.run(_CURRENT.set, _CURRENT.get())
    return lambda: context.run(work)


def _emit_record(record: logging.LogRecord) -> None:
    """Give a kept record to the handlers that are there now."""
    for handler in logging.getLogger().handlers:
        if record.levelno >= handler.level:
            handler.handle(record)
