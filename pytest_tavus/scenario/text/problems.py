"""Problems on their way to the user: first a path and a sentence, at the end a line of a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from msgspec import Struct, field

from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.errors import Problem
from pytest_tavus.spans import Loc, SourceSpan


class LocatedSource(Protocol):
    """A source that knows keys and values apart."""

    @property
    def path(self) -> str:
        """The file, as messages show it."""
        ...

    def span(self, loc: Loc) -> SourceSpan:
        """Return where a value stands."""
        ...

    def key_span(self, loc: Loc) -> SourceSpan:
        """Return where the key of a value stands."""
        ...

    def format_message(self, loc: Loc, message: str) -> str:
        """Return a message as it is shown: with the path where a line says nothing."""
        ...


class ProblemLog(Struct):
    """Takes note of the problems of one load. Places are looked up when it is read."""

    syntax: list[Problem] = field(default_factory=list[Problem])
    "Of the text itself. What else is said about the same place follows from them."

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
        """Note a problem. With `key`, it is the key that is wrong and not its value."""

        def build_problem() -> Problem:
            span = source.key_span(loc) if key else source.span(loc)
            return Problem(message=source.format_message(loc, message), span=span, hint=hint)

        self._open.append(build_problem)

    def add_all(self, source: LocatedSource, at: Loc, problems: Iterable[RuleProblem]) -> None:
        """Note the problems of a body that stands at a path."""
        for one in problems:
            self.add(source, (*at, *one.loc), one.message, hint=one.hint, key=one.key)

    def __len__(self) -> int:
        return len(self.syntax) + len(self.ready) + len(self._open)

    def problems(self) -> tuple[Problem, ...]:
        """Return every problem once, in the order of the file."""
        unreadable = {problem.span for problem in self.syntax}
        meant = [*self.ready, *(placed() for placed in self._open)]
        found = dict.fromkeys(
            [*self.syntax, *(problem for problem in meant if problem.span not in unreadable)]
        )
        return tuple(sorted(found, key=_place))


def _place(problem: Problem) -> tuple[str, int, int]:
    span = problem.span
    return ("", 0, 0) if span is None else (span.path, span.line, span.column)
