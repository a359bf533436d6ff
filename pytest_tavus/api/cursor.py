"""A cursor over what happened, for assertions that a test makes in its own order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, NoReturn, TypeVar

from msgspec import Struct

from pytest_tavus.errors import did_you_mean
from pytest_tavus.matching.compare import Mismatch, compare, describe, distance
from pytest_tavus.matching.text import flow
from pytest_tavus.scenario.matcher_values import compared
from pytest_tavus.scenario.plain import plain_data
from pytest_tavus.scenario.templates import json_or_text
from pytest_tavus.spans import Loc, dotted
from pytest_tavus.trace.events import PalSaid, ToolCalled, ToolResolved, UserSaid
from pytest_tavus.trace.log import Entry
from pytest_tavus.verdict import Difference, Finding

Told = UserSaid | PalSaid | ToolCalled | ToolResolved
"""What a cursor walks over. Everything else is in the trace."""

T = TypeVar("T", UserSaid, PalSaid, ToolCalled, ToolResolved)

_JSON_FIELDS = frozenset({"arguments", "output"})


class Cursor:
    """Walks the events of a conversation in order; a miss fails the test with the whole picture.

    Values are compared as in a scenario: mappings are recursive subsets, types count, and a matcher
    is written ``{"$re": "^A-"}``. `arguments` and `output` are compared as JSON, and as text where
    a text is expected.
    """

    def __init__(
        self, entries: Sequence[Entry], missed: Callable[[Finding], AssertionError]
    ) -> None:
        self._entries = [entry for entry in entries if isinstance(entry.event, Told)]
        self._missed = missed
        self._at = 0

    def next(self, kind: type[T], /, **expected: Any) -> T:
        """Return the next event, which must be of this kind and hold these values."""
        __tracebackhide__ = True
        wanted = _wanted(kind, expected)
        if self._at >= len(self._entries):
            self._miss(f"expected {wanted}, but nothing more happened")
        entry = self._entries[self._at]
        event = entry.event
        if not isinstance(event, kind):
            self._miss(f"expected {wanted} next, but {type(event).__name__} came", entry)
        misses = wanted.misses(event)
        if misses:
            self._miss(f"the next {wanted.name} is not as expected", entry, misses)
        self._at += 1
        return event

    def find(self, kind: type[T], /, **expected: Any) -> T:
        """Skip to the first event from here on that fits, and return it."""
        __tracebackhide__ = True
        wanted = _wanted(kind, expected)
        missed: list[tuple[Entry, T]] = []
        for index in range(self._at, len(self._entries)):
            event = self._entries[index].event
            if not isinstance(event, kind):
                continue
            if not wanted.misses(event):
                self._at = index + 1
                return event
            missed.append((self._entries[index], event))
        message = f"expected {wanted}, but it never came"
        if not missed:
            self._miss(message)
        entry, closest = min(missed, key=lambda pair: wanted.distance(pair[1]))
        return self._miss(f"{message}; the closest differs", entry, wanted.misses(closest))

    def skip(self, count: int = 1) -> None:
        """Step over events, whatever they are. There must be that many."""
        __tracebackhide__ = True
        left = len(self._entries) - self._at
        if count > left:
            noun = "event" if count == 1 else "events"
            self._miss(f"there are not {count} {noun} to skip: {left or 'none'} left")
        self._at += count

    def not_called(self, tool: str, /, **arguments: Any) -> None:
        """Require that no call of this tool, with these arguments, comes from here on."""
        __tracebackhide__ = True
        wanted = _wanted(ToolCalled, {"name": tool, "arguments": arguments})
        for entry in self._entries[self._at :]:
            if isinstance(entry.event, ToolCalled) and not wanted.misses(entry.event):
                self._miss(f"{tool} was called, and must not be", entry)

    def end(self) -> None:
        """Require that nothing more happened."""
        __tracebackhide__ = True
        if self._at < len(self._entries):
            entry = self._entries[self._at]
            self._miss(f"expected nothing more, but {type(entry.event).__name__} came", entry)

    def _miss(
        self, message: str, entry: Entry | None = None, misses: Sequence[Mismatch] = ()
    ) -> NoReturn:
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
        raise self._missed(finding)


class _Wanted(Struct, Generic[T], frozen=True, kw_only=True):
    """An event as a test asks for it."""

    name: str
    values: Mapping[str, Any]

    def __str__(self) -> str:
        values = ", ".join(f"{name}={flow(value)}" for name, value in self.values.items())
        return f"{self.name}({values})"

    def misses(self, event: Told) -> tuple[Mismatch, ...]:
        return compare(self.values, self._seen(event))

    def distance(self, event: Told) -> int:
        return distance(self.values, self._seen(event))

    def _seen(self, event: Told) -> dict[str, Any]:
        return {name: _seen(event, name, wanted) for name, wanted in self.values.items()}


def _wanted(kind: type[T], expected: dict[str, Any]) -> _Wanted[T]:
    """Take what a test expects.

    Raises:
        TypeError: the event has no such field, or something is not a matcher.

    """
    __tracebackhide__ = True
    names = list(kind.__struct_fields__)
    for name in expected:
        if name not in names:
            hint = did_you_mean(name, names) or f"it has: {', '.join(names)}"
            message = f"{kind.__name__} has no {name!r}; {hint}"
            raise TypeError(message)
    return _Wanted(name=kind.__name__, values=compared(plain_data(expected), (), _refuse))


def _refuse(at: Loc, message: str, hint: str | None) -> NoReturn:
    __tracebackhide__ = True
    raise TypeError(f"{dotted(at)}: {message}" + (f"; {hint}" if hint else ""))


def _seen(event: Told, name: str, wanted: Any) -> Any:
    value = getattr(event, name)
    if name not in _JSON_FIELDS or isinstance(wanted, str):
        return value
    return json_or_text(value)


def _difference(miss: Mismatch) -> Difference:
    return Difference(
        path=dotted(miss.path), expected=describe(miss.expected), actual=describe(miss.actual)
    )
