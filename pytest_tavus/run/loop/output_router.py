"""Keeps the words of conversations apart: what is printed and logged goes to their own voices.

What is written to a file descriptor, past `sys.stdout`, has no context and cannot be told apart.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable
from typing import Any

from pytest_tavus.handler.call.crashlog import CrashLog
from pytest_tavus.output import PrintedText, Stream, current_output


class OutputRouter:
    """Keeps words apart while it is there.

    Streams and handlers are covered in place, once each: pytest swaps `sys.stdout` and the
    handlers of the root logger between the phases of a test, and always swaps in the same ones.
    """

    def __init__(self) -> None:
        self._capture_handler = _CaptureHandler()
        self._filter = _CapturedFilter()
        self._streams: list[Any] = []
        self._handlers: list[logging.Handler] = []
        self._original_level: int | None = None
        self._phase_level = logging.NOTSET

    def attach_streams(self) -> None:
        """Cover the streams that are in place now."""
        self._attach_stream("stdout", sys.stdout)
        self._attach_stream("stderr", sys.stderr)

    def attach(self) -> None:
        """Cover the streams and the log handlers that are in place now."""
        self.attach_streams()
        root = logging.getLogger()
        self._phase_level = root.level
        if self._capture_handler not in root.handlers:
            root.handlers.insert(
                0, self._capture_handler
            )  # before all others, which it keeps records from
        for handler in root.handlers:
            ours = isinstance(handler, _CaptureHandler | CrashLog)
            if not ours and self._filter not in handler.filters:
                handler.addFilter(self._filter)
                self._handlers.append(handler)

    def keep_level(self) -> None:
        """Let the root logger hear between the phases of tests what it heard in the last one.

        Called between them.
        """
        root = logging.getLogger()
        if self._original_level is None:
            self._original_level = root.level
            root.setLevel(self._phase_level)

    def detach(self) -> None:
        """Leave everything as it was found."""
        for stream in self._streams:
            own: dict[str, Any] = stream.__dict__
            for name in ("write", "writelines"):
                own.pop(name, None)
        for handler in self._handlers:
            handler.removeFilter(self._filter)
        root = logging.getLogger()
        root.removeHandler(self._capture_handler)
        if self._original_level is not None:
            root.setLevel(self._original_level)
        self._streams, self._handlers, self._original_level = [], [], None

    def _attach_stream(self, name: Stream, stream: Any) -> None:
        if any(stream is one for one in self._streams) or not hasattr(stream, "__dict__"):
            return
        write = _wrap_write(name, stream.write)
        own: dict[str, Any] = stream.__dict__
        own.update(write=write, writelines=_build_writelines(write))
        self._streams.append(stream)


def _wrap_write(name: Stream, write: Callable[[str], int]) -> Callable[[str], int]:
    def write_or_capture(text: str) -> int:
        captured = current_output()
        if captured is not None and captured.capture(PrintedText(name, text)):
            return len(text)
        return write(text)

    return write_or_capture


def _build_writelines(write: Callable[[str], int]) -> Callable[[Iterable[str]], None]:
    def lines(texts: Iterable[str]) -> None:
        for text in texts:
            write(text)

    return lines


_KEPT = "tavus_kept"


class _CaptureHandler(logging.Handler):
    """Keeps a record for the conversation in whose context it was logged."""

    def emit(self, record: logging.LogRecord) -> None:
        captured = current_output()
        vars(record)[_KEPT] = captured is not None and captured.capture(record)


class _CapturedFilter(logging.Filter):
    """Keeps from all other handlers what a conversation logs ahead of its turn."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not vars(record).get(_KEPT, False)
