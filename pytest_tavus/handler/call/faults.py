"""Builds the faults of a handler: a sentence, and a traceback without frames of this package."""

from __future__ import annotations

import asyncio
import concurrent.futures
import os
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from traceback import FrameSummary, StackSummary, TracebackException

from msgspec.structs import replace

from pytest_tavus.wire import HttpFault, HttpResponse

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
    """Format the traceback of an error and of its causes, without frames of this package."""
    summary = TracebackException.from_exception(error, compact=True)
    _trim(summary)
    return "".join(summary.format()).rstrip()


def describe_error(error: BaseException) -> str:
    """Name an error within a sentence: its type and the first line of its text."""
    # The line is not cut, because half a secret can no longer be masked.
    lines = str(error).strip().splitlines()
    name = type(error).__name__
    return f"{name}: {lines[0]}" if lines else name


def _trim(summary: TracebackException) -> None:
    summary.stack = StackSummary.from_list(_drop_internal_frames(summary.stack))
    for part in (summary.__cause__, summary.__context__, *(summary.exceptions or ())):
        if part is not None:
            _trim(part)


def _drop_internal_frames(frames: Sequence[FrameSummary]) -> list[FrameSummary]:
    """Drop this package, asyncio and imports, and the libraries before the user's last frame."""
    kept = [frame for frame in frames if not frame.filename.startswith(_MACHINERY)]
    own = [index for index, frame in enumerate(kept) if not _is_library(frame)]
    last = own[-1] if own else 0
    return [frame for index, frame in enumerate(kept) if index >= last or index in own]


def _is_library(frame: FrameSummary) -> bool:
    parts = Path(frame.filename).parts
    return any(name in parts for name in _INSTALLED) or frame.filename.startswith(_STDLIB)


SIZE_LIMIT = 16 * 1024 * 1024
"""Bytes. A longer response is cut off, because it is an accident and would fill the trace."""


class ProtocolViolationError(RuntimeError):
    """Raised into an application, as by a server, when its messages break the protocol."""


def timeout_fault(within: float) -> HttpFault:
    return HttpFault(kind="timeout", message=f"the handler did not answer within {within:g} s")


def no_thread_fault(limit: int, within: float) -> HttpFault:
    """Build the fault of a request that found every thread blocked by an earlier request."""
    message = f"none of the handler's {limit} threads was free within {within:g} s"
    return HttpFault(kind="timeout", message=message)


def crash_fault(error: BaseException, *, answered: int | None = None) -> HttpFault:
    """Build the fault of a handler that raised; `answered` is the status it had sent before."""
    verb = f"answered {answered} and raised" if answered is not None else "raised"
    return HttpFault(
        kind="crash",
        message=f"the handler {verb} {describe_error(error)}",
        traceback=user_traceback(error),
    )


def protocol_fault(what: str, *, error: BaseException | None = None) -> HttpFault:
    """Build the fault of a handler that broke its interface; `what` completes "the handler"."""
    traceback = None if error is None else user_traceback(error)
    return HttpFault(kind="crash", message=f"the handler {what}", traceback=traceback)


def too_large_fault() -> HttpFault:
    limit = SIZE_LIMIT // (1024 * 1024)
    message = f"the handler's response is larger than {limit} MiB and was cut off"
    return HttpFault(kind="too_large", message=message)


def unmapped_fault(url: str) -> HttpFault:
    message = f"{url!r} is not an absolute http or https URL, so it leads to no handler"
    return HttpFault(kind="unmapped", message=message)


def check_content_length(method: str, response: HttpResponse) -> HttpFault | None:
    """Return the fault of a response whose `Content-Length` is wrong, else `None`."""
    declared = next((v for k, v in response.headers if k.lower() == "content-length"), None)
    bodiless = method.upper() == "HEAD" or response.status in {204, 304}
    if declared is None or bodiless or declared == str(len(response.body)):
        return None
    sent = len(response.body)
    return protocol_fault(f"declared a Content-Length of {declared} and sent {sent} bytes")


def classify_crash(fault: HttpFault | None, *, response_started: bool) -> HttpFault | None:
    """Turn a crash in the middle of a response into a broken response.

    A server answers 500 only if the response has not started.
    """
    if response_started and fault is not None and fault.kind == "crash":
        return replace(fault, kind="broken")
    return fault


def broken_fault(message: str) -> HttpFault:
    """Build the fault of a handler that took the request and sent no complete response."""
    return HttpFault(kind="broken", message=message)


def connection_fault(message: str) -> HttpFault:
    """Build the fault of a request that did not reach the handler."""
    return HttpFault(kind="connection", message=message)
