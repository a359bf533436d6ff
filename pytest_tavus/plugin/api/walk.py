"""Walks over events in clear and returns what a cursor found or missed. Raises no failure.

A failure is raised by the cursor, whose frames hold nothing in clear: `pytest --showlocals` shows
what every frame on the way holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, NoReturn, TypeVar

from msgspec import Struct

from pytest_tavus.errors import did_you_mean
from pytest_tavus.matching.compare import Mismatch, compare, distance
from pytest_tavus.matching.text import format_yaml
from pytest_tavus.scenario.text.plain import plain_data
from pytest_tavus.scenario.values.matcher_values import build_expected
from pytest_tavus.scenario.values.templates import json_or_text
from pytest_tavus.spans import Loc, format_loc
from pytest_tavus.trace.events import (
    JSON_FIELDS,
    Event,
    PalSaid,
    ToolCalled,
    ToolResolved,
    UserSaid,
)
from pytest_tavus.trace.log import Entry
from pytest_tavus.verdict.checks.words import differences
from pytest_tavus.verdict.verdict import Finding

CursorEvent = UserSaid | PalSaid | ToolCalled | ToolResolved
"""What a cursor walks over. Everything else is in the trace."""

T = TypeVar("T", UserSaid, PalSaid, ToolCalled, ToolResolved)


Steps = Callable[[], Iterable[tuple[Entry, Entry]]]
"""Reads the entries so far, which only grow in number: each in clear, with its masked twin."""


class Walk:
    """A place in the events of a conversation, which are read anew for each question."""

    def __init__(self, steps: Steps, show: Callable[[Any], Any]) -> None:
        self._steps = steps
        self._show = show
        self._position = 0

    def next(self, kind: type[T], expected: dict[str, Any]) -> Event | Finding:
        """Return the masked twin of the next event if it is as expected."""
        __tracebackhide__ = True
        wanted = _build_expected(kind, expected, self._show)
        left = self._list_remaining()
        if not left:
            return self._build_finding(f"expected {wanted}, but nothing more happened")
        entry, twin = left[0]
        event = entry.event
        if not isinstance(event, kind):
            return self._build_finding(
                f"expected {wanted} next, but {type(event).__name__} came", entry
            )
        misses = wanted.mismatches(event)
        if misses:
            return self._build_finding(f"the next {wanted.name} is not as expected", entry, misses)
        self._position += 1
        return twin.event

    def find(self, kind: type[T], expected: dict[str, Any]) -> Event | Finding:
        """Skip to the first event from here on that fits, and return its masked twin."""
        __tracebackhide__ = True
        wanted = _build_expected(kind, expected, self._show)
        missed: list[tuple[Entry, T]] = []
        for number, (entry, twin) in enumerate(self._list_remaining(), start=1):
            event = entry.event
            if not isinstance(event, kind):
                continue
            if not wanted.mismatches(event):
                self._position += number
                return twin.event
            missed.append((entry, event))
        message = f"expected {wanted}, but it never came"
        if not missed:
            return self._build_finding(message)
        entry, closest = min(missed, key=lambda pair: wanted.distance(pair[1]))
        return self._build_finding(
            f"{message}; the closest differs", entry, wanted.mismatches(closest)
        )

    def skip(self, count: int) -> Finding | None:
        """Step over events, whatever they are."""
        left = len(self._list_remaining())
        if count > left:
            noun = "event" if count == 1 else "events"
            return self._build_finding(
                f"there are not {count} {noun} to skip: {left or 'none'} left"
            )
        self._position += count
        return None

    def find_call(self, tool: str, arguments: dict[str, Any]) -> Finding | None:
        """Return the first such call from here on."""
        __tracebackhide__ = True
        wanted = _build_expected(ToolCalled, {"name": tool, "arguments": arguments}, self._show)
        for entry, _ in self._list_remaining():
            if isinstance(entry.event, ToolCalled) and not wanted.mismatches(entry.event):
                return self._build_finding(f"{tool} was called, and must not be", entry)
        return None

    def find_more(self) -> Finding | None:
        """Return what comes although nothing more must."""
        left = self._list_remaining()
        if not left:
            return None
        entry, _ = left[0]
        return self._build_finding(
            f"expected nothing more, but {type(entry.event).__name__} came", entry
        )

    def _list_remaining(self) -> list[tuple[Entry, Entry]]:
        told = [step for step in self._steps() if isinstance(step[0].event, CursorEvent)]
        return told[self._position :]

    def _build_finding(
        self, message: str, entry: Entry | None = None, misses: Sequence[Mismatch] = ()
    ) -> Finding:
        return Finding(
            kind="missing_event",
            message=message,
            owner="agent",
            span=None,
            turn=0 if entry is None else entry.turn,
            seqs=() if entry is None else (entry.seq,),
            differences=differences(misses, self._show),
        )


class _Expected(Struct, Generic[T], frozen=True, kw_only=True):
    """An event as a test asks for it."""

    name: str
    values: Mapping[str, Any]
    show: Callable[[Any], Any]

    def __str__(self) -> str:
        values = ", ".join(f"{name}={format_yaml(self.show(v))}" for name, v in self.values.items())
        return f"{self.name}({values})"

    def mismatches(self, event: CursorEvent) -> tuple[Mismatch, ...]:
        return compare(self.values, self._comparable_values(event))

    def distance(self, event: CursorEvent) -> int:
        return distance(self.values, self._comparable_values(event))

    def _comparable_values(self, event: CursorEvent) -> dict[str, Any]:
        return {
            name: _comparable_value(event, name, wanted) for name, wanted in self.values.items()
        }


def _build_expected(
    kind: type[T], expected: dict[str, Any], show: Callable[[Any], Any]
) -> _Expected[T]:
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
    return _Expected(name=kind.__name__, values=read_expected(expected), show=show)


def read_expected(expected: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the expected values of an event, their plain spellings made matchers.

    Raises:
        TypeError: something is not a matcher.

    """
    __tracebackhide__ = True
    values: Mapping[str, Any] = build_expected(plain_data(expected), (), _refuse)
    return values


def _refuse(at: Loc, message: str, hint: str | None) -> NoReturn:
    __tracebackhide__ = True
    raise TypeError(f"{format_loc(at)}: {message}" + (f"; {hint}" if hint else ""))


def _comparable_value(event: CursorEvent, name: str, wanted: Any) -> Any:
    value = getattr(event, name)
    if name not in JSON_FIELDS or isinstance(wanted, str):
        return value
    return json_or_text(value)
