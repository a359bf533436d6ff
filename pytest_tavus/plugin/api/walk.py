"""Searches events in clear, and returns a finding instead of raising a failure.

`pytest --showlocals` shows the local variables of every frame of a traceback, and the frames here
hold secrets. Therefore the cursor raises the failure: its frames hold masked values only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, NoReturn, TypeVar

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
from pytest_tavus.verdict.call import Show
from pytest_tavus.verdict.checks.words import differences
from pytest_tavus.verdict.verdict import Finding

CursorEvent = UserSaid | PalSaid | ToolCalled | ToolResolved
"""The events that a cursor sees. The trace has more kinds."""

T = TypeVar("T", UserSaid, PalSaid, ToolCalled, ToolResolved)

Steps = Callable[[], Iterable[tuple[Entry, Entry]]]
"""Reads the entries so far, each in clear with its masked twin. A later call never has fewer."""


class Walk:
    """A position in the events of a conversation; each search reads the events again."""

    def __init__(self, steps: Steps, mask: Show) -> None:
        self._steps = steps
        self._mask = mask
        self._position = 0

    def next(self, kind: type[T], values: dict[str, object]) -> Event | Finding:
        """Return the masked twin of the next event if it has this kind and these values."""
        __tracebackhide__ = True
        expected = _build_expected(kind, values, self._mask)
        remaining = self._list_remaining()
        if not remaining:
            return self._build_finding(f"expected {expected}, but nothing more happened")
        entry, twin = remaining[0]
        event = entry.event
        if not isinstance(event, kind):
            return self._build_finding(
                f"expected {expected} next, but {type(event).__name__} came", entry
            )
        misses = expected.mismatches(event)
        if misses:
            message = f"the next {expected.name} is not as expected"
            return self._build_finding(message, entry, misses)
        self._position += 1
        return twin.event

    def find(self, kind: type[T], values: dict[str, object]) -> Event | Finding:
        """Skip to the next event with this kind and these values; return its masked twin."""
        __tracebackhide__ = True
        expected = _build_expected(kind, values, self._mask)
        candidates: list[tuple[Entry, T]] = []
        for number, (entry, twin) in enumerate(self._list_remaining(), start=1):
            event = entry.event
            if not isinstance(event, kind):
                continue
            if not expected.mismatches(event):
                self._position += number
                return twin.event
            candidates.append((entry, event))
        message = f"expected {expected}, but it never came"
        if not candidates:
            return self._build_finding(message)
        entry, closest = min(candidates, key=lambda pair: expected.distance(pair[1]))
        return self._build_finding(
            f"{message}; the closest differs", entry, expected.mismatches(closest)
        )

    def skip(self, count: int) -> Finding | None:
        remaining = len(self._list_remaining())
        if count > remaining:
            noun = "event" if count == 1 else "events"
            return self._build_finding(
                f"there are not {count} {noun} to skip: {remaining or 'none'} left"
            )
        self._position += count
        return None

    def find_call(self, tool: str, arguments: dict[str, object]) -> Finding | None:
        """Return a finding for the first such call from here on."""
        __tracebackhide__ = True
        expected = _build_expected(ToolCalled, {"name": tool, "arguments": arguments}, self._mask)
        for entry, _ in self._list_remaining():
            if isinstance(entry.event, ToolCalled) and not expected.mismatches(entry.event):
                return self._build_finding(f"{tool} was called, and must not be", entry)
        return None

    def find_more(self) -> Finding | None:
        """Return a finding for the next event, if there is any."""
        remaining = self._list_remaining()
        if not remaining:
            return None
        entry, _ = remaining[0]
        return self._build_finding(
            f"expected nothing more, but {type(entry.event).__name__} came", entry
        )

    def _list_remaining(self) -> list[tuple[Entry, Entry]]:
        visible = [step for step in self._steps() if isinstance(step[0].event, CursorEvent)]
        return visible[self._position :]

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
            differences=differences(misses, self._mask),
        )


class _Expected(Struct, Generic[T], frozen=True, kw_only=True):
    name: str
    values: Mapping[str, object]
    mask: Show

    def __str__(self) -> str:
        values = ", ".join(f"{name}={format_yaml(self.mask(v))}" for name, v in self.values.items())
        return f"{self.name}({values})"

    def mismatches(self, event: CursorEvent) -> tuple[Mismatch, ...]:
        return compare(self.values, self._comparable_values(event))

    def distance(self, event: CursorEvent) -> int:
        return distance(self.values, self._comparable_values(event))

    def _comparable_values(self, event: CursorEvent) -> dict[str, object]:
        return {name: _comparable_value(event, name, value) for name, value in self.values.items()}


def _build_expected(kind: type[T], values: dict[str, object], mask: Show) -> _Expected[T]:
    """Check and convert the values that a test expects.

    Raises:
        TypeError: the event has no such field, or a matcher is malformed.

    """
    __tracebackhide__ = True
    names = list(kind.__struct_fields__)
    for name in values:
        if name not in names:
            hint = did_you_mean(name, names) or f"it has: {', '.join(names)}"
            message = f"{kind.__name__} has no {name!r}; {hint}"
            raise TypeError(message)
    return _Expected(name=kind.__name__, values=read_expected(values), mask=mask)


def read_expected(values: Mapping[str, object]) -> Mapping[str, object]:
    """Return the expected values with each plain spelling, such as ``{"$re": …}``, as a matcher.

    Raises:
        TypeError: a matcher is malformed.

    """
    __tracebackhide__ = True
    expected: Mapping[str, object] = build_expected(plain_data(values), (), _refuse)
    return expected


def _refuse(at: Loc, message: str, hint: str | None) -> NoReturn:
    __tracebackhide__ = True
    raise TypeError(f"{format_loc(at)}: {message}" + (f"; {hint}" if hint else ""))


def _comparable_value(event: CursorEvent, name: str, expected: object) -> object:
    """Return the field of the event: a JSON text as data, unless the test expects a text."""
    value = getattr(event, name)
    is_json = name in JSON_FIELDS and not isinstance(expected, str)
    comparable: object = json_or_text(value) if is_json else value
    return comparable
