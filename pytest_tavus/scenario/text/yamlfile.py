"""Reads YAML: bytes to text, text to the parser's events, and syntax errors to sentences.

This is the only module that imports yaml. The module knows nothing of scenarios.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from pytest_tavus.errors import Problem, ScenarioError
from pytest_tavus.spans import SourceSpan

__all__ = [
    "AliasEvent",
    "DocumentStartEvent",
    "Event",
    "MappingEndEvent",
    "MappingStartEvent",
    "NextEvent",
    "ScalarEvent",
    "SequenceEndEvent",
    "SequenceStartEvent",
    "YamlError",
    "events",
    "find_root",
    "position_of",
    "read_text",
    "syntax_error",
]

YamlError = yaml.YAMLError
"""The error of :func:`events` for text that is not YAML."""

NextEvent = Callable[[], Event]
"""Returns the next event of a text. Nothing may call it after the event of the stream's end."""

# Python takes ten times as long to compile the complement, the characters that YAML allows.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_PAIR = re.compile(
    r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9A-Fa-f]{2})\\u([dD][c-fC-F][0-9A-Fa-f]{2})"
)
"""Two escapes for one character, as JSON writes a character beyond U+FFFF."""

_HALF = re.compile("[\ud800-\udfff]")

_SENTENCES: tuple[tuple[str, str, str], ...] = (
    (
        "mapping values are not allowed",
        "a ': ' stands where no key can be",
        "quote text that contains ': ', or correct the indentation",
    ),
    (
        "unexpected end of stream",
        "a quoted text is never closed",
        "close the quote, or quote the whole text with the other kind",
    ),
    *(
        (found, "a bracket stands directly behind a tag", "put a space behind the tag")
        for found in ("expected whitespace or line break", "expected ' ', but found '")
    ),
    (
        "did not find expected ',' or",
        "a bracket is never closed, or a comma is missing",
        "close it, separate the values by commas, or quote a text that has brackets in it",
    ),
    (
        "expected ',' or",
        "a bracket is never closed, or a comma is missing",
        "close it, separate the values by commas, or quote a text that has brackets in it",
    ),
    (
        "cannot start any token",
        "a value cannot begin with this character",
        "quote the value",
    ),
    (
        "did not find expected key",
        "the line does not fit the indentation of those above it",
        "indent keys of one mapping by the same number of spaces",
    ),
    (
        "expected <block end>",
        "the line does not fit the indentation of those above it",
        "indent keys of one mapping by the same number of spaces",
    ),
    (
        "could not find expected ':'",
        "a key without ': ' behind it",
        "write 'key: value', with a space behind the colon",
    ),
)


def events(text: str, *, pure: bool = False) -> NextEvent:
    """Parse a text with PyYAML's C parser, if it is installed; `pure` selects the Python parser."""
    loader = yaml.SafeLoader if pure else getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    next_event = _events_of(text, loader)
    return _refuse_lone_surrogates(next_event) if loader is yaml.SafeLoader else next_event


def find_root(next_event: NextEvent) -> Event | None:
    """Return the first event of the document, `None` for a text without a document."""
    next_event()
    return next_event() if isinstance(next_event(), DocumentStartEvent) else None


def position_of(event: Event) -> tuple[int, int]:
    """Return the line and the column at which an event starts, from 0."""
    mark = event.start_mark
    return (0, 0) if mark is None else (mark.line, mark.column)


class _Parser(Protocol):
    def get_event(self) -> Event: ...


def _events_of(text: str, loader: Callable[[str], _Parser]) -> NextEvent:
    if "\x7f" in text or ("\\u" in text and _PAIR.search(text) is not None):
        return _json_tolerant_events(text, loader)
    return loader(text).get_event


def _refuse_lone_surrogates(next_event: NextEvent) -> NextEvent:
    def next_checked_event() -> Event:
        event = next_event()
        # The C parser raises this error itself; the Python parser accepts half a surrogate pair.
        if type(event) is ScalarEvent and _HALF.search(event.value) is not None:
            problem, mark = "found invalid Unicode character escape code", event.start_mark
            at = mark if isinstance(mark, yaml.Mark) else None
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=at)
        return event

    return next_checked_event


def _json_tolerant_events(text: str, loader: Callable[[str], _Parser]) -> NextEvent:
    """Parse text that JSON allows and PyYAML does not: U+007F, and escaped surrogate pairs.

    The parser gets single characters in the place of U+007F and of the backslashes of pairs, so
    every position stays the same. In a text that is not in double quotes, the escapes are text.
    """
    lower = text.lower()
    free = (
        chr(point)
        for point in range(0xE000, 0xF900)
        if chr(point) not in text and f"{point:x}" not in lower  # nor as an escape
    )
    delete, backslash = next(free), next(free)
    changed = _PAIR.sub(
        lambda pair: f"{pair[1]}{backslash}u{pair[2]}{backslash}u{pair[3]}", text
    ).replace("\x7f", delete)
    parser = loader(changed)
    pairs = re.compile(f"{backslash}u([0-9A-Fa-f]{{4}}){backslash}u([0-9A-Fa-f]{{4}})")

    def next_event() -> Event:
        event = parser.get_event()
        if type(event) is ScalarEvent:
            if event.style == '"':
                event.value = pairs.sub(_decode_surrogates, event.value)
            event.value = event.value.replace(backslash, "\\").replace(delete, "\x7f")
        return event

    return next_event


def _decode_surrogates(pair: re.Match[str]) -> str:
    return bytes.fromhex(pair[1] + pair[2]).decode("utf-16-be")


def read_text(path: Path, shown: str, *, max_bytes: int) -> str:
    """Read a file whose name messages show as `shown`.

    Raises:
        ScenarioError: the file cannot be read, is too large, is not UTF-8, or holds characters
            that YAML does not allow.

    """
    try:
        size = path.stat().st_size
        if size > max_bytes:
            message = f"the file has {size:,} bytes, and the limit is {max_bytes:,}"
            raise _error(shown, 1, 1, message, "split it into several files")
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise _error(shown, 1, 1, f"the file cannot be read: {reason}", None) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        message = f"the file is not UTF-8: byte {raw[error.start]:#04x} at offset {error.start}"
        raise _error(shown, line, column, message, "save the file as UTF-8") from None
    return check_text(text.replace("\r\n", "\n"), shown)


def check_text(text: str, shown: str) -> str:
    """Return the text.

    Raises:
        ScenarioError: the text holds a character that YAML does not allow.

    """
    if (match := _UNPRINTABLE.search(text)) is None:
        return text
    line = text.count("\n", 0, match.start()) + 1
    column = match.start() - text.rfind("\n", 0, match.start())
    message = f"the character U+{ord(match[0]):04X} is not allowed in YAML"
    raise _error(shown, line, column, message, "write it as an escape in double quotes")


def syntax_error(error: Exception, text: str, shown: str) -> Problem:
    """Translate an error of the parser to a sentence and a position."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    found = str(getattr(error, "problem", None) or error)
    line, column = (mark.line, mark.column) if mark is not None else (0, 0)
    span = SourceSpan(path=shown, line=line + 1, column=column + 1)
    lines = text.split("\n", line + 1)
    current = lines[line] if line < len(lines) else ""
    if "\t" in current[: len(current) - len(current.lstrip())]:
        message = "the line is indented by a tab, which YAML does not allow"
        return Problem(message=message, span=span, hint="indent by spaces")
    for part, message, hint in _SENTENCES:
        if part in found:
            return Problem(message=f"this is not YAML: {message}", span=span, hint=hint)
    return Problem(message=f"this is not YAML: {found}", span=span)


def _error(shown: str, line: int, column: int, message: str, hint: str | None) -> ScenarioError:
    span = SourceSpan(path=shown, line=line, column=column)
    return ScenarioError(Problem(message=message, span=span, hint=hint))
