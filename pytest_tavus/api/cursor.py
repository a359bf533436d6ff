"""A cursor over what happened, for assertions that a test makes in its own order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, NoReturn, Protocol, TypeVar

from msgspec import Struct

from pytest_tavus.checks.words import differences
from pytest_tavus.errors import HarnessError, did_you_mean
from pytest_tavus.matching.compare import Mismatch, compare, distance
from pytest_tavus.matching.text import flow
from pytest_tavus.scenario.matcher_values import compared
from pytest_tavus.scenario.plain import plain_data
from pytest_tavus.scenario.templates import json_or_text
from pytest_tavus.spans import Loc, dotted
from pytest_tavus.trace.events import PalSaid, ToolCalled, ToolResolved, UserSaid
from pytest_tavus.trace.log import Entry
from pytest_tavus.verdict import Finding

Told = UserSaid | PalSaid | ToolCalled | ToolResolved
"""What a cursor walks over. Everything else is in the trace."""

T = TypeVar("T", UserSaid, PalSaid, ToolCalled, ToolResolved)

_JSON_FIELDS = frozenset({"arguments", "output"})


class Asserting(Protocol):
    """What a cursor tells the conversation that it walks over."""

    def found(self) -> None:
        """Count an event that was as expected, or that never came and must not, as evidence."""
        ...

    def missed(self, finding: Finding) -> AssertionError:
        """Keep what was not as expected, and return the failure."""
        ...

    def require_known(self, tool: str, arguments: Mapping[str, Any]) -> None:
        """Refuse a call that cannot come."""
        ...

    def show(self, value: Any) -> Any:
        """Return a text or JSON data, masked."""
        ...


class Cursor:
    """Walks the events of a conversation in order; a miss fails the test with the whole picture.

    Values are compared as in a scenario: mappings are recursive subsets, types count, and a matcher
    is written ``{"$re": "^A-"}``. `arguments` and `output` are compared as JSON, and as text where
    a text is expected.
    """

    def __init__(self, steps: Iterable[tuple[Entry, Entry]], asserting: Asserting) -> None:
        """Begin before the first of `steps`: entries in clear, each with its masked twin."""
        told = [step for step in steps if isinstance(step[0].event, Told)]
        self._entries = [entry for entry, _ in told]
        self._shown = [twin.event for _, twin in told]
        self._asserting = asserting
        self._at = 0

    def next(self, kind: type[T], /, **expected: Any) -> T:
        """Return the next event, which must be of this kind and hold these values."""
        __tracebackhide__ = True
        wanted = self._wanted(kind, expected)
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
        return self._found(self._at - 1, kind)

    def find(self, kind: type[T], /, **expected: Any) -> T:
        """Skip to the first event from here on that fits, and return it."""
        __tracebackhide__ = True
        wanted = self._wanted(kind, expected)
        missed: list[tuple[Entry, T]] = []
        for index in range(self._at, len(self._entries)):
            event = self._entries[index].event
            if not isinstance(event, kind):
                continue
            if not wanted.misses(event):
                self._at = index + 1
                return self._found(index, kind)
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
        """Require that no call of this tool, with these arguments, comes from here on.

        Raises:
            ScenarioError: the PAL has no such tool, or the tool no such parameter.

        """
        __tracebackhide__ = True
        self._asserting.require_known(tool, arguments)
        wanted = self._wanted(ToolCalled, {"name": tool, "arguments": arguments})
        for entry in self._entries[self._at :]:
            if isinstance(entry.event, ToolCalled) and not wanted.misses(entry.event):
                self._miss(f"{tool} was called, and must not be", entry)
        self._asserting.found()

    def end(self) -> None:
        """Require that nothing more happened."""
        __tracebackhide__ = True
        if self._at < len(self._entries):
            entry = self._entries[self._at]
            self._miss(f"expected nothing more, but {type(entry.event).__name__} came", entry)

    def _wanted(self, kind: type[T], expected: dict[str, Any]) -> _Wanted[T]:
        __tracebackhide__ = True
        return _Wanted(
            name=kind.__name__, values=_values(kind, expected), show=self._asserting.show
        )

    def _found(self, index: int, kind: type[T]) -> T:
        event = self._shown[index]
        if not isinstance(event, kind):
            raise HarnessError("the masked twin of an event is of another kind")
        self._asserting.found()
        return event

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
            differences=differences(misses, self._asserting.show),
        )
        raise self._asserting.missed(finding)


class _Wanted(Struct, Generic[T], frozen=True, kw_only=True):
    """An event as a test asks for it."""

    name: str
    values: Mapping[str, Any]
    show: Callable[[Any], Any]

    def __str__(self) -> str:
        values = ", ".join(f"{name}={flow(self.show(v))}" for name, v in self.values.items())
        return f"{self.name}({values})"

    def misses(self, event: Told) -> tuple[Mismatch, ...]:
        return compare(self.values, self._seen(event))

    def distance(self, event: Told) -> int:
        return distance(self.values, self._seen(event))

    def _seen(self, event: Told) -> dict[str, Any]:
        return {name: _seen(event, name, wanted) for name, wanted in self.values.items()}


def _values(kind: type[T], expected: dict[str, Any]) -> Mapping[str, Any]:
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
    values: Mapping[str, Any] = compared(plain_data(expected), (), _refuse)
    return values


def _refuse(at: Loc, message: str, hint: str | None) -> NoReturn:
    __tracebackhide__ = True
    raise TypeError(f"{dotted(at)}: {message}" + (f"; {hint}" if hint else ""))


def _seen(event: Told, name: str, wanted: Any) -> Any:
    value = getattr(event, name)
    if name not in _JSON_FIELDS or isinstance(wanted, str):
        return value
    return json_or_text(value)
