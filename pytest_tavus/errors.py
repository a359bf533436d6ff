"""Every error that this package raises, sorted by who can correct it.

::

    TavusError
    |-- ScenarioError      your file: a scenario, a PAL definition, an option
    |-- HandlerError       your handler: it did not start, crashed, or could not be reached
    |-- ServiceError       the service: Tavus or its stand-in refused a request or went away
    |   `-- LimitError     the service accepts no further conversation now, and will later
    |-- NotRunError        your limits: the run had nothing left for this scenario
    `-- HarnessError       our bug: please report it

A :class:`ScenarioError` carries every problem of a file, found in one pass.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from pytest_tavus.spans import SourceSpan

Owner = Literal["agent", "handler", "environment", "platform", "test", "harness"]
"""Who can correct a fault: the PAL's author, the handler's, the operator, Tavus, the scenario's
author, or the maintainers of this package."""


class Problem(Struct, frozen=True, kw_only=True):
    """One mistake in a user's file."""

    message: str
    "The actual and the expected value, in one sentence."

    span: SourceSpan | None = None
    "`None` only if no file is involved."

    hint: str | None = None
    "How to correct it."

    def __str__(self) -> str:
        location = f"{self.span}: " if self.span is not None else ""
        hint = f"\n    hint: {self.hint}" if self.hint is not None else ""
        return f"{location}{self.message}{hint}"


class TavusError(Exception):
    """The root of every error this package raises."""

    owner: Owner = "harness"


class ScenarioError(TavusError):
    """A user's file cannot be understood or cannot be played."""

    owner: Owner = "test"

    def __init__(self, problems: Iterable[Problem] | Problem | str) -> None:
        if isinstance(problems, str):
            problems = Problem(message=problems)
        found = (problems,) if isinstance(problems, Problem) else tuple(problems)
        self.problems: tuple[Problem, ...] = found
        super().__init__("\n".join(str(problem) for problem in found))


class HandlerError(TavusError):
    """The user's handler did not start, crashed while starting, or could not be stopped."""

    owner: Owner = "handler"

    def __init__(self, message: str, *, detail: str | None = None) -> None:
        self.message = message
        self.detail = detail
        """The handler's own traceback or output, without a frame of this package."""
        super().__init__(message if detail is None else f"{message}\n{detail}")


class UnsetVariableError(HandlerError):
    """The handler needs an environment variable that this run was started without."""

    owner: Owner = "environment"


class ServiceError(TavusError):
    """Tavus or its stand-in refused a request or went away."""

    owner: Owner = "platform"


class LimitError(ServiceError):
    """The service refuses a further conversation for now: too many are open, or too many requests.

    Tavus answers 400 "User has reached maximum concurrent conversations" [wild]. 429 is the usual
    answer of a rate limit; Tavus publishes no figure for its own.
    """

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds that the service asks the client to wait."""


class NotRunError(TavusError):
    """A scenario was not run because the run had reached a limit that the user set."""

    owner: Owner = "test"

    def __init__(self, reason: str) -> None:
        super().__init__(f"not run: {reason}")
        self.reason = reason


class HarnessError(TavusError):
    """A bug in this package."""

    owner: Owner = "harness"


MAX_COMPARED_WORDS = 500
"""Longest list that is searched for a similar word: each comparison costs as much as a small
request."""


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Return a hint with the closest known word; `None` if no word is similar."""
    found = find_closest(word, known)
    return None if found is None else f"did you mean {found!r}?"


def find_closest(word: str, known: Iterable[str]) -> str | None:
    """Return the closest known word; `None` if no word is similar or the list is too long."""
    words = list(known)
    if len(words) > MAX_COMPARED_WORDS:
        return None
    matches = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    return matches[0] if matches else None
