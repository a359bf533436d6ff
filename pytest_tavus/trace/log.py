"""The recorder, which appends, and the trace, which is read.

Order is by `seq`, never by clock: two events of the same instant still have an order, and a clock
that is set back changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from msgspec import Struct

from pytest_tavus.trace.events import Event, Saved, SessionOpened, ToolCalled, ToolResolved
from pytest_tavus.trace.facts import Deciders, deciders

E = TypeVar("E")


class Entry(Struct, frozen=True, kw_only=True):
    """One event in its place."""

    seq: int
    "Counted from 1, without gaps."

    at: float
    "Seconds since the session was opened, by the conversation's own clock."

    turn: int
    "Counted from 1; 0 is what happens before the caller's first line."

    event: Event


class Trace(Struct, frozen=True):
    """What is known of one conversation: all that checks, judges and reports may read."""

    entries: tuple[Entry, ...]
    masked: bool = False
    """Secrets are masked, as :mod:`~pytest_tavus.trace.redaction.mask` writes it. A trace that is
    not is in clear, and does not leave the package."""

    def __repr__(self) -> str:
        if self.masked:
            return f"Trace(entries={self.entries!r}, masked=True)"
        return f"Trace({len(self.entries)} entries in clear)"

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def of(self, kind: type[E], *, turn: int | None = None) -> Iterator[tuple[Entry, E]]:
        """Yield entries that hold this kind of event, with the event, in order."""
        for entry in self.entries:
            event = entry.event
            if isinstance(event, kind) and (turn is None or entry.turn == turn):
                yield entry, event

    @property
    def seconds(self) -> float:
        """How long the conversation took, by its own clock."""
        return self.entries[-1].at if self.entries else 0.0

    def turns(self) -> int:
        """Return the number of the last turn that left any event."""
        return max((entry.turn for entry in self.entries), default=0)

    def calls(self, *, turn: int | None = None) -> tuple[tuple[Entry, ToolCalled], ...]:
        """Return the tool calls, in order."""
        return tuple(self.of(ToolCalled, turn=turn))

    def resolution(self, call_id: str) -> tuple[Entry, ToolResolved] | None:
        """Return what became of a call, or `None` while it is open."""
        found = (pair for pair in self.of(ToolResolved) if pair[1].call_id == call_id)
        return next(found, None)

    def opened(self) -> SessionOpened | None:
        """Return the opening event, which carries the provenance of the PAL's decisions."""
        return next((event for _, event in self.of(SessionOpened)), None)

    def deciders(self) -> Deciders:
        """Return who decides each fact of the conversation; nothing is observable before it."""
        opened = self.opened()
        if opened is None:
            return Deciders()
        return opened.deciders or deciders(opened.session, opened.decisions)

    def saved(self) -> dict[str, object]:
        """Return every value a scenario kept, by name; the last one wins."""
        return {event.name: event.value for _, event in self.of(Saved)}


class Recorder:
    """Appends events, in clear, and gives each its `seq` and `at`. One per conversation."""

    def __init__(
        self, *, now: Callable[[], float], listener: Callable[[Entry], None] | None = None
    ) -> None:
        """Begin an empty log. `listener` is told of each entry as it is stored."""
        self._now = now
        self._listener = listener
        self._entries: list[Entry] = []
        self.turn = 0
        """The turn that events belong to from now on."""

    def record(self, event: Event, *, turn: int | None = None) -> Entry:
        """Append one event and return its entry.

        `turn` overrides the current turn for what belongs to an earlier one.
        """
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
        """Return what has been recorded so far, in clear."""
        return Trace(tuple(self._entries))
