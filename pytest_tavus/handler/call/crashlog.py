"""Hears the exceptions that a web framework logs instead of letting them out.

Flask and Django answer 500 and write the traceback to a logger. Without it a crash inside the
handler would be told as a bare status code.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextvars import ContextVar
from typing import Final

from pytest_tavus.handler.call.faults import crash_fault
from pytest_tavus.wire import HttpFault

_HEARD: Final[ContextVar[list[BaseException] | None]] = ContextVar("heard", default=None)


class CrashLog(logging.Handler):
    """A handler on the root logger, there as long as an application in this process is.

    Its level keeps it from looking like the user's own logging set-up to frameworks that ask
    whether there is any.
    """

    def __init__(self) -> None:
        super().__init__(level=logging.ERROR)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the exception of a record for the call in whose context it was logged."""
        heard = _HEARD.get()
        error = record.exc_info[1] if record.exc_info else None
        if heard is not None and error is not None:
            heard.append(error)

    def install(self) -> None:
        """Begin to hear."""
        logging.getLogger().addHandler(self)

    def remove(self) -> None:
        """Hear no more."""
        logging.getLogger().removeHandler(self)


def collect_logged_errors(heard: list[BaseException]) -> None:
    """Collect what is logged in the current context, which must be of this call alone."""
    _HEARD.set(heard)


def find_logged_crash(heard: Sequence[BaseException], status: int) -> HttpFault | None:
    """Tell of the exception behind a server error; `None` for any other answer."""
    if status < 500 or not heard:
        return None
    return crash_fault(heard[-1], answered=status)
