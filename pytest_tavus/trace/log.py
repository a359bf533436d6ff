"""The recorder, which appends events, and the trace, which checks read.

Events are ordered by `seq` and never by time, because two events can have the same time, and a
clock can be set back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from msgspec import Struct

from pytest_tavus.trace.events import Event, Saved, SessionOpened, ToolCalled, ToolResolved
from pytest_tavus.trace.facts import Deciders, deciders

E = TypeVar("E")


class Entry(Struct, frozen=True, kw_only=True):
    """One event with its position in the trace."""

    seq: int
    "Counted from 1, without gaps."

    at: float
    "Seconds since the session was opened, by the conversation's own clock."

    turn: int
    "Counted from 1; 0 is the time before the caller's first line."

    event: Event


class Trace(Struct, frozen=True):
    """The log of one conversation, which is all that checks, judges and reports may read of it."""

    entries: tuple[Entry, ...]
    masked: bool = False
    """Secrets are replaced by masks, see :mod:`~pytest_tavus.trace.redaction.mask`. A trace that is
    not masked is in clear, and does not leave the package."""

    def __repr__(self) -> str:
        # A trace in clear must not reach a log or a failure of pytest by its `repr`.
        if self.masked:
            return f"Trace(entries={self.entries!r}, masked=True)"
        return f"Trace({len(self.entries)} entries in clear)"

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def of(self, kind: type[E], *, turn: int | None = None) -> Iterator[tuple[Entry, E]]:
        """Yield the entries with this type of event, each with its event, in order."""
        for entry in self.entries:
            event = entry.event
            if isinstance(event, kind) and (turn is None or entry.turn == turn):
                yield entry, event

    @property
    def seconds(self) -> float:
        """The duration of the conversation, by its own clock."""
        return self.entries[-1].at if self.entries else 0.0

    def turns(self) -> int:
        """Return the number of the last turn with an event."""
        return max((entry.turn for entry in self.entries), default=0)

    def calls(self, *, turn: int | None = None) -> tuple[tuple[Entry, ToolCalled], ...]:
        return tuple(self.of(ToolCalled, turn=turn))

    def resolution(self, call_id: str) -> tuple[Entry, ToolResolved] | None:
        """Return the outcome of a call; `None` while the call is open."""
        found = (pair for pair in self.of(ToolResolved) if pair[1].call_id == call_id)
        return next(found, None)

    def opened(self) -> SessionOpened | None:
        """Return the opening event; `None` if the session never opened."""
        return next((event for _, event in self.of(SessionOpened)), None)

    def deciders(self) -> Deciders:
        """Return the deciders of the conversation; without an opening, no fact is observable."""
        opened = self.opened()
        if opened is None:
            return Deciders()
        return opened.deciders or deciders(opened.session, opened.decisions)

    def saved(self) -> dict[str, object]:
        """Return the saved values of the scenario by name; the last value of a name wins."""
        return {event.name: event.value for _, event in self.of(Saved)}


class Recorder:
    """Appends the events of one conversation, in clear, with `seq` and `at`."""

    def __init__(
        self, *, now: Callable[[], float], listener: Callable[[Entry], None] | None = None
    ) -> None:
        """Start an empty log. `listener` is called with each new entry."""
        self._now = now
        self._listener = listener
        self._entries: list[Entry] = []
        self.turn = 0
        "The turn of the next events."

    def record(self, event: Event, *, turn: int | None = None) -> Entry:
        """Append one event. `turn` is for a late event of an earlier turn."""
        entry = Entry(
            seq=len(self._entries) + 1,
            at=self._now(),
            turn=self.turn if turn is None else turn,
            event=event,
        )
        self._entries.append(entry)
        if self._listener is not None:
            self._listener(entry)
        return entry

    def trace(self) -> Trace:
        """Return the trace so far, in clear."""
        return Trace(tuple(self._entries))
