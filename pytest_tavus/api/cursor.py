"""A cursor over what happened, for assertions that a test makes in its own order."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any, NoReturn, TypeVar

from pytest_tavus.matching.compare import Mismatch, compare, describe
from pytest_tavus.trace.events import PalSaid, ToolCalled, ToolResolved, UserSaid
from pytest_tavus.trace.log import Entry
from pytest_tavus.verdict import Difference, Finding

Told = UserSaid | PalSaid | ToolCalled | ToolResolved
"""What a cursor walks over. Everything else is in the trace."""

T = TypeVar("T", UserSaid, PalSaid, ToolCalled, ToolResolved)


class Cursor:
    """Walks the events of a conversation in order; a miss fails the test with the whole picture."""

    def __init__(self, entries: Sequence[Entry], fail: Callable[[Finding], NoReturn]) -> None:
        self._entries = [entry for entry in entries if isinstance(entry.event, Told)]
        self._fail = fail
        self._at = 0

    def next(self, kind: type[T], **expected: Any) -> T:
        """Return the next event, which must be of this kind and hold these values.

        Values are compared as in a scenario: `arguments` and `output` as JSON, recursive subset,
        matchers allowed.
        """
        __tracebackhide__ = True
        if self._at >= len(self._entries):
            self._miss(f"expected {_named(kind, expected)}, but nothing more happened", None)
        entry = self._entries[self._at]
        if not isinstance(entry.event, kind):
            seen = type(entry.event).__name__
            self._miss(f"expected {_named(kind, expected)} next, but {seen} came", entry)
        misses = _misses(entry.event, expected)
        if misses:
            self._miss(f"the next {kind.__name__} is another than expected", entry, misses)
        self._at += 1
        return entry.event

    def find(self, kind: type[T], **expected: Any) -> T:
        """Skip to the first event from here on that fits, and return it."""
        __tracebackhide__ = True
        for index in range(self._at, len(self._entries)):
            event = self._entries[index].event
            if isinstance(event, kind) and not _misses(event, expected):
                self._at = index + 1
                return event
        message = f"expected {_named(kind, expected)}, but it never came"
        return self._miss(message, self._closest(kind))

    def skip(self, count: int = 1) -> None:
        """Step over events, whatever they are. There must be that many."""
        __tracebackhide__ = True
        left = len(self._entries) - self._at
        if count > left:
            self._miss(f"cannot skip {count} events: {left} are left", None)
        self._at += count

    def not_called(self, tool: str, **arguments: Any) -> None:
        """Require that no call of this tool, with these arguments, comes from here on."""
        __tracebackhide__ = True
        for entry in self._entries[self._at :]:
            event = entry.event
            if not isinstance(event, ToolCalled) or event.name != tool:
                continue
            if not _misses(event, {"arguments": arguments}):
                self._miss(f"{tool} was called, and must not be", entry)

    def end(self) -> None:
        """Require that nothing more happened."""
        __tracebackhide__ = True
        if self._at < len(self._entries):
            entry = self._entries[self._at]
            self._miss(f"expected nothing more, but {type(entry.event).__name__} came", entry)

    def _closest(self, kind: type[Any]) -> Entry | None:
        rest = self._entries[self._at :]
        return next((entry for entry in rest if isinstance(entry.event, kind)), None)

    def _miss(self, message: str, entry: Entry | None, misses: Sequence[Mismatch] = ()) -> NoReturn:
        __tracebackhide__ = True
        finding = Finding(
            kind="missing_event",
            message=message,
            owner="agent",
            span=None,
            turn=0 if entry is None else entry.turn,
            seqs=() if entry is None else (entry.seq,),
            differences=tuple(_difference(miss) for miss in misses),
        )
        self._fail(finding)


def _misses(event: Told, expected: dict[str, Any]) -> tuple[Mismatch, ...]:
    names = {field.name for field in fields(event)}
    unknown = set(expected) - names
    if unknown:
        message = (
            f"{type(event).__name__} has no {min(unknown)!r}; it has: {', '.join(sorted(names))}"
        )
        raise TypeError(message)
    actual = {name: getattr(event, name) for name in expected}
    for name in {"arguments", "output"} & set(actual):
        actual[name] = _json(actual[name], expected[name])
    return compare(expected, actual)


def _json(text: str, expected: Any) -> Any:
    """Read JSON where something other than text is expected."""
    if isinstance(expected, str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _difference(miss: Mismatch) -> Difference:
    path = "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in miss.path).lstrip(".")
    return Difference(path=path, expected=describe(miss.expected), actual=describe(miss.actual))


def _named(kind: type[Any], expected: dict[str, Any]) -> str:
    values = ", ".join(f"{name}={value!r}" for name, value in expected.items())
    return f"{kind.__name__}({values})"
