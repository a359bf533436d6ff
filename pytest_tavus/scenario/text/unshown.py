"""Removes possible secrets from the problems of a YAML text.

The reader knows no paths and quotes unreadable text, even below a key such as `token`. A second
pass over the text finds the path of each problem. Only a file with problems pays for the pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pytest_tavus.errors import Problem
from pytest_tavus.scenario.text.yamlfile import (
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NextEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    YamlError,
    events,
    find_root,
    position_of,
)
from pytest_tavus.spans import Loc

SECRET = frozenset(
    {
        "token",
        "access_token",
        "password",
        "value",
        "client_secret",
        "secret",
        "api_key",
        "headers",
        "query_params",
        "auth",
        "env",
        "layers",
    }
)
"""Keys whose values, and all keys and values below, may be secrets that no message shows."""

_MESSAGE = "what is written here cannot be read, and is not shown because it may be a secret"
_HINT = "write it as text in quotes, without a tag, and each key once"


def is_secret(loc: Loc) -> bool:
    return any(isinstance(step, str) and step in SECRET for step in loc)


def redact_problems(problems: Iterable[Problem], text: str) -> tuple[Problem, ...]:
    """Return the problems of a text with a fixed sentence for each that may quote a secret."""
    found = tuple(problems)
    at = {_Position(p.span.line, p.span.column) for p in found if p.span is not None}
    if not at:
        return found
    secret = {position for position, loc in _positions(text, until=max(at)) if is_secret(loc)}
    return tuple(
        Problem(message=_MESSAGE, span=problem.span, hint=_HINT)
        if problem.span is not None and _Position(problem.span.line, problem.span.column) in secret
        else problem
        for problem in found
    )


class _Position(NamedTuple):
    line: int
    column: int


def _positions(text: str, *, until: _Position) -> Iterator[tuple[_Position, Loc]]:
    """Yield the position of each key and value with its path, as far as the text is YAML."""
    next_event = events(text)
    try:
        root = find_root(next_event)
        for position, loc in () if root is None else _walk(next_event, root, ()):
            yield position, loc
            # The reader stopped here, so it has checked the depth only up to here.
            if position >= until:
                return
    except YamlError:
        return


def _walk(next_event: NextEvent, event: Event, loc: Loc) -> Iterator[tuple[_Position, Loc]]:
    line, column = position_of(event)
    yield _Position(line + 1, column + 1), loc
    if isinstance(event, MappingStartEvent):
        while not isinstance(key := next_event(), MappingEndEvent):
            yield from _walk(next_event, key, loc)
            name = key.value if isinstance(key, ScalarEvent) else ""
            yield from _walk(next_event, next_event(), (*loc, name))
    elif isinstance(event, SequenceStartEvent):
        while not isinstance(item := next_event(), SequenceEndEvent):
            yield from _walk(next_event, item, loc)
