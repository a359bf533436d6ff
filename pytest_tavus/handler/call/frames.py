"""A handler's traceback as its author wants to read it: without a frame of ours.

Frames of this package, of asyncio and of the import machinery go, and so do those of installed
libraries that stand before the last frame of the user's own code: a web framework's way to the
handler says nothing. What lies below the user's last frame stays, because it is where the call
went wrong.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import os
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from traceback import FrameSummary, StackSummary, TracebackException

_OURS = str(Path(__file__).parents[2]) + os.sep
_MACHINERY = (
    _OURS,
    str(Path(asyncio.__file__).parent) + os.sep,
    str(Path(concurrent.futures.__file__).parent) + os.sep,
    "<frozen importlib",
)
_STDLIB = (sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), "<frozen ")
_INSTALLED = ("site-packages", "dist-packages")


def user_traceback(error: BaseException) -> str:
    """Write the traceback of an error, and of those that led to it, without a frame of ours."""
    shown = TracebackException.from_exception(error, compact=True)
    _trim(shown)
    return "".join(shown.format()).rstrip()


def one_line(error: BaseException) -> str:
    """Name an error within a sentence: its type and the first line of its text.

    The line is not cut: a secret that is cut can no longer be masked.
    """
    lines = str(error).strip().splitlines()
    name = type(error).__name__
    return f"{name}: {lines[0]}" if lines else name


def _trim(shown: TracebackException) -> None:
    shown.stack = StackSummary.from_list(_without_the_way_there(shown.stack))
    for part in (shown.__cause__, shown.__context__, *(shown.exceptions or ())):
        if part is not None:
            _trim(part)


def _without_the_way_there(frames: Sequence[FrameSummary]) -> list[FrameSummary]:
    """Drop the machinery, and the libraries before the user's last frame."""
    kept = [frame for frame in frames if not frame.filename.startswith(_MACHINERY)]
    own = [index for index, frame in enumerate(kept) if not _is_library(frame)]
    last = own[-1] if own else 0
    return [frame for index, frame in enumerate(kept) if index >= last or index in own]


def _is_library(frame: FrameSummary) -> bool:
    parts = Path(frame.filename).parts
    return any(name in parts for name in _INSTALLED) or frame.filename.startswith(_STDLIB)
