"""What cannot be read is quoted, except where it may be a secret: there only its place is told.

A reader of YAML knows no paths, and what it stumbles over it quotes. The path is found by reading
the text again, which only a file with problems costs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from pytest_tavus.errors import Problem
from pytest_tavus.scenario.text.yamlfile import (
    MappingEndEvent,
    MappingStartEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    YamlError,
    events,
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
"""Keys at and below which a value may be a secret: it is never shown, nor is a key of it."""

_MESSAGE = "what is written here cannot be read, and is not shown because it may be a secret"
_HINT = "write it as text in quotes, without a tag, and each key once"


def is_secret(loc: Loc) -> bool:
    """Tell whether what stands at this path may be a secret."""
    return any(isinstance(step, str) and step in SECRET for step in loc)


def redact_problems(problems: Iterable[Problem], text: str) -> tuple[Problem, ...]:
    """Return the problems of a text, those where a secret may be in words that quote nothing."""
    found = tuple(problems)
    at = {_Place(one.span.line, one.span.column) for one in found if one.span is not None}
    if not at:
        return found
    secret = {place for place, loc in _places(text, until=max(at)) if is_secret(loc)}
    return tuple(
        Problem(message=_MESSAGE, span=one.span, hint=_HINT)
        if one.span is not None and _Place(one.span.line, one.span.column) in secret
        else one
        for one in found
    )


class _Place(NamedTuple):
    line: int
    column: int


def _places(text: str, *, until: _Place) -> Iterator[tuple[_Place, Loc]]:
    """Yield where keys and values stand, each with the keys above it, as far as the text is YAML.

    To read no further than the reader did is to nest no deeper.
    """
    next_event = events(text)
    try:
        for _ in ("stream", "document"):
            next_event()
        for place, loc in _walk(next_event, next_event(), ()):
            yield place, loc
            if place >= until:
                return
    except YamlError:
        return


def _walk(next_event: Callable[[], Any], event: Any, loc: Loc) -> Iterator[tuple[_Place, Loc]]:
    yield _Place(event.start_mark.line + 1, event.start_mark.column + 1), loc
    if isinstance(event, MappingStartEvent):
        while not isinstance(key := next_event(), MappingEndEvent):
            yield from _walk(next_event, key, loc)
            yield from _walk(next_event, next_event(), (*loc, str(getattr(key, "value", ""))))
    elif isinstance(event, SequenceStartEvent):
        while not isinstance(item := next_event(), SequenceEndEvent):
            yield from _walk(next_event, item, loc)
