"""Collects problems by path, and resolves each path to a line only when somebody reads the log."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from msgspec import Struct, field

from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.errors import Problem
from pytest_tavus.spans import Loc, SourceSpan


class LocatedSource(Protocol):
    """A source that can locate keys and values."""

    @property
    def path(self) -> str:
        """The file, as messages show it."""
        ...

    def span(self, loc: Loc) -> SourceSpan:
        """Locate a value."""
        ...

    def key_span(self, loc: Loc) -> SourceSpan:
        """Locate the key of a value."""
        ...

    def format_message(self, loc: Loc, message: str) -> str:
        """Add the path to a message if the source has no line numbers."""
        ...


class ProblemLog(Struct):
    """Collects the problems of one load."""

    syntax: list[Problem] = field(default_factory=list[Problem])
    "Problems of the text itself. Other problems at the same position follow from them."

    ready: list[Problem] = field(default_factory=list[Problem])
    _open: list[Callable[[], Problem]] = field(default_factory=list["Callable[[], Problem]"])

    def add(
        self,
        source: LocatedSource,
        loc: Loc,
        message: str,
        *,
        hint: str | None = None,
        key: bool = False,
    ) -> None:
        """Add a problem. With `key`, the key is wrong and not its value."""

        # Locating parses the file again, so it happens only when `problems` is called.
        def build_problem() -> Problem:
            span = source.key_span(loc) if key else source.span(loc)
            return Problem(message=source.format_message(loc, message), span=span, hint=hint)

        self._open.append(build_problem)

    def add_all(self, source: LocatedSource, at: Loc, problems: Iterable[RuleProblem]) -> None:
        """Add the problems of a body that is at the path `at`."""
        for found in problems:
            self.add(source, (*at, *found.loc), found.message, hint=found.hint, key=found.key)

    def __len__(self) -> int:
        return len(self.syntax) + len(self.ready) + len(self._open)

    def problems(self) -> tuple[Problem, ...]:
        """Return every problem once, in the order of the file."""
        unreadable = {problem.span for problem in self.syntax}
        others = [*self.ready, *(build_problem() for build_problem in self._open)]
        found = dict.fromkeys(
            [*self.syntax, *(problem for problem in others if problem.span not in unreadable)]
        )
        return tuple(sorted(found, key=_position))


def _position(problem: Problem) -> tuple[str, int, int]:
    span = problem.span
    return ("", 0, 0) if span is None else (span.path, span.line, span.column)
