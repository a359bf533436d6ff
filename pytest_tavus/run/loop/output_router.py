"""Keeps the words of conversations apart: what is printed and logged goes to their own voices.

What is written to a file descriptor, past `sys.stdout`, has no context and cannot be told apart.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable
from typing import Any

from pytest_tavus.handler.call.crashlog import CrashLog
from pytest_tavus.output import Printed, Stream, current


class Router:
    """Keeps words apart while it is there.

    Streams and handlers are covered in place, once each: pytest swaps `sys.stdout` and the
    handlers of the root logger between the phases of a test, and always swaps in the same ones.
    """

    def __init__(self) -> None:
        self._ear = _Ear()
        self._filter = _Attributing()
        self._streams: list[Any] = []
        self._handlers: list[logging.Handler] = []
        self._level: int | None = None
        self._heard = logging.NOTSET

    def cover_streams(self) -> None:
        """Cover the streams that are in place now."""
        self._cover_stream("stdout", sys.stdout)
        self._cover_stream("stderr", sys.stderr)

    def cover(self) -> None:
        """Cover the streams and the log handlers that are in place now."""
        self.cover_streams()
        root = logging.getLogger()
        self._heard = root.level
        if self._ear not in root.handlers:
            root.handlers.insert(0, self._ear)  # before all others, which it keeps records from
        for handler in root.handlers:
            ours = isinstance(handler, _Ear | CrashLog)
            if not ours and self._filter not in handler.filters:
                handler.addFilter(self._filter)
                self._handlers.append(handler)

    def keep_level(self) -> None:
        """Let the root logger hear between the phases of tests what it heard in the last one.

        Called between them.
        """
        root = logging.getLogger()
        if self._level is None:
            self._level = root.level
            root.setLevel(self._heard)

    def uncover(self) -> None:
        """Leave everything as it was found."""
        for stream in self._streams:
            own: dict[str, Any] = stream.__dict__
            for name in ("write", "writelines"):
                own.pop(name, None)
        for handler in self._handlers:
            handler.removeFilter(self._filter)
        root = logging.getLogger()
        root.removeHandler(self._ear)
        if self._level is not None:
            root.setLevel(self._level)
        self._streams, self._handlers, self._level = [], [], None

    def _cover_stream(self, name: Stream, stream: Any) -> None:
        if any(stream is one for one in self._streams) or not hasattr(stream, "__dict__"):
            return
        write = _attributing(name, stream.write)
        own: dict[str, Any] = stream.__dict__
        own.update(write=write, writelines=_by_line(write))
        self._streams.append(stream)


def _attributing(name: Stream, write: Callable[[str], int]) -> Callable[[str], int]:
    def attributed(text: str) -> int:
        captured = current()
        if captured is not None and captured.keep(Printed(name, text)):
            return len(text)
        return write(text)

    return attributed


def _by_line(write: Callable[[str], int]) -> Callable[[Iterable[str]], None]:
    def lines(texts: Iterable[str]) -> None:
        for text in texts:
            write(text)

    return lines


_KEPT = "tavus_kept"


class _Ear(logging.Handler):
    """Keeps a record for the conversation in whose context it was logged."""

    def emit(self, record: logging.LogRecord) -> None:
        captured = current()
        vars(record)[_KEPT] = captured is not None and captured.keep(record)


class _Attributing(logging.Filter):
    """Keeps from all other handlers what a conversation logs ahead of its turn."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not vars(record).get(_KEPT, False)
