"""Collects the exceptions that a web framework logs instead of raising them.

Flask and Django answer 500 and write the traceback to a logger. Without the traceback, the report
of a crash inside the handler would be a bare status code.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextvars import ContextVar
from typing import Final

from pytest_tavus.handler.call.faults import crash_fault
from pytest_tavus.wire import HttpFault

_LOGGED: Final[ContextVar[list[BaseException] | None]] = ContextVar("logged", default=None)


class CrashLog(logging.Handler):
    """A handler on the root logger, installed while an application runs in this process."""

    def __init__(self) -> None:
        # At a lower level, frameworks would take this handler for the user's logging set-up.
        super().__init__(level=logging.ERROR)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the exception of a record for the call in whose context it was logged."""
        logged = _LOGGED.get()
        error = record.exc_info[1] if record.exc_info else None
        if logged is not None and error is not None:
            logged.append(error)

    def install(self) -> None:
        logging.getLogger().addHandler(self)

    def remove(self) -> None:
        logging.getLogger().removeHandler(self)


def collect_logged_errors(logged: list[BaseException]) -> None:
    """Collect exceptions logged in the current context, which must belong to one call."""
    _LOGGED.set(logged)


def find_logged_crash(logged: Sequence[BaseException], status: int) -> HttpFault | None:
    """Return the last logged exception as a fault, if the status is a server error."""
    if status < 500 or not logged:
        return None
    return crash_fault(logged[-1], answered=status)
