"""Routes printed and logged text to the captured output of the conversation that wrote it.

Text that goes past `sys.stdout` to a file descriptor has no context, so it is not routed.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable
from typing import Any

from pytest_tavus.handler.call.crashlog import CrashLog
from pytest_tavus.output import PrintedText, Stream, current_output


class OutputRouter:
    """Patches streams and log handlers in place, each one once.

    pytest swaps `sys.stdout` and the handlers of the root logger between the phases of a test, and
    always swaps in the same objects. So a patched object stays patched.
    """

    def __init__(self) -> None:
        self._capture_handler = _CaptureHandler()
        self._filter = _CapturedFilter()
        self._streams: list[Any] = []
        self._handlers: list[logging.Handler] = []
        self._original_level: int | None = None
        self._phase_level = logging.NOTSET

    def attach_streams(self) -> None:
        """Patch the current streams."""
        self._attach_stream("stdout", sys.stdout)
        self._attach_stream("stderr", sys.stderr)

    def attach(self) -> None:
        """Patch the current streams and log handlers."""
        self.attach_streams()
        root = logging.getLogger()
        self._phase_level = root.level
        if self._capture_handler not in root.handlers:
            # In front, because its mark on a record keeps the other handlers from the record.
            root.handlers.insert(0, self._capture_handler)
        for handler in root.handlers:
            ours = isinstance(handler, _CaptureHandler | CrashLog)
            if not ours and self._filter not in handler.filters:
                handler.addFilter(self._filter)
                self._handlers.append(handler)

    def keep_level(self) -> None:
        """Give the root logger the level of the last phase, for the time between two phases."""
        root = logging.getLogger()
        if self._original_level is None:
            self._original_level = root.level
            root.setLevel(self._phase_level)

    def detach(self) -> None:
        """Undo all patches."""
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
        if any(stream is patched for patched in self._streams) or not hasattr(stream, "__dict__"):
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


_CAPTURED = "tavus_captured"


class _CaptureHandler(logging.Handler):
    """Captures a record for the conversation in whose context it was logged."""

    def emit(self, record: logging.LogRecord) -> None:
        captured = current_output()
        vars(record)[_CAPTURED] = captured is not None and captured.capture(record)


class _CapturedFilter(logging.Filter):
    """Hides captured records from all other handlers."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not vars(record).get(_CAPTURED, False)
