"""What can go wrong, by who can put it right.

::

    TavusError
    |-- ScenarioError      your file: a scenario, a PAL definition, an option
    |-- HandlerError       your handler: it did not start, crashed, or could not be reached
    |-- ServiceError       the service: Tavus, or what stands in for it, refused or went away
    |   `-- LimitError     it takes no further conversation now, and will later
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
"""Who can put a fault right: the PAL, the handler, the service, the scenario file, or us."""


class Problem(Struct, frozen=True, kw_only=True):
    """One thing that is wrong in a user's file."""

    message: str
    "What was found and what was expected, in one sentence."

    span: SourceSpan | None = None
    "Where. `None` only where no file is involved."

    hint: str | None = None
    "What to do about it."

    def __str__(self) -> str:
        place = f"{self.span}: " if self.span is not None else ""
        hint = f"\n    hint: {self.hint}" if self.hint is not None else ""
        return f"{place}{self.message}{hint}"


class TavusError(Exception):
    """The root of every error this package raises."""

    owner: Owner = "harness"


class ScenarioError(TavusError):
    """The user's own file cannot be understood or cannot be played."""

    owner: Owner = "test"

    def __init__(self, problems: Iterable[Problem] | Problem | str) -> None:
        if isinstance(problems, str):
            problems = Problem(message=problems)
        found = (problems,) if isinstance(problems, Problem) else tuple(problems)
        self.problems: tuple[Problem, ...] = found
        super().__init__("\n".join(str(problem) for problem in found))


class HandlerError(TavusError):
    """The user's handler did not start, crashed while starting, or could not be ended."""

    owner: Owner = "handler"

    def __init__(self, message: str, *, detail: str | None = None) -> None:
        self.message = message
        self.detail = detail
        """The handler's own traceback or output, without a frame of ours."""
        super().__init__(message if detail is None else f"{message}\n{detail}")


class UnsetVariableError(HandlerError):
    """The handler needs a variable of the environment that this run was started without."""

    owner: Owner = "environment"


class ServiceError(TavusError):
    """Tavus, or what stands in for it, refused a request or went away."""

    owner: Owner = "platform"


class LimitError(ServiceError):
    """The service takes no further conversation now: too many at once, or too many requests.

    Tavus answers 400 "User has reached maximum concurrent conversations" [wild]; 429 is what a
    rate limit answers in general, and no number for it is published.
    """

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds that the service asks to wait."""


class NotRunError(TavusError):
    """A scenario was not run: a limit that the user set for the whole run had been reached."""

    owner: Owner = "test"

    def __init__(self, reason: str) -> None:
        super().__init__(f"not run: {reason}")
        self.reason = reason


class HarnessError(TavusError):
    """Something that must never happen did: a bug in this package."""

    owner: Owner = "harness"


MAX_COMPARED_WORDS = 500
"""Words that one is compared with, at most: each takes as long as a small request."""


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Name the closest known word, as a hint sentence; `None` where nothing comes close."""
    found = find_closest(word, known)
    return None if found is None else f"did you mean {found!r}?"


def find_closest(word: str, known: Iterable[str]) -> str | None:
    """Return the closest known word; `None` where nothing comes close."""
    words = list(known)
    if len(words) > MAX_COMPARED_WORDS:
        return None
    matches = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    return matches[0] if matches else None
