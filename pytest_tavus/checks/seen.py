"""A trace, sorted once by turn and by call, so that each check finds what it reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct, field

from pytest_tavus.trace.events import (
    Fault,
    PalSaid,
    Saved,
    SessionClosed,
    ToolCalled,
    ToolDelivered,
    ToolResolved,
    TurnEnded,
    UserSaid,
    Withheld,
)
from pytest_tavus.trace.log import Entry, Trace
from pytest_tavus.trace.mask import known
from pytest_tavus.wire import HttpExchange


class Unreadable:
    """The type of :data:`UNREADABLE`: text that should be JSON and is not."""

    def __repr__(self) -> str:
        return "not JSON"


UNREADABLE: Final = Unreadable()
"""Stands for arguments or an answer that is not JSON."""


def parsed(text: str, *, masked: bool = False) -> Any:
    """Read JSON; an empty text and one that is not JSON are `UNREADABLE`.

    In the text of a masked trace, every value with a mask in it becomes `Masked`.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return UNREADABLE
    return known(found) if masked else found


class Call(Struct):
    """One tool call with all that became of it."""

    entry: Entry
    called: ToolCalled
    arguments: Any
    "Parsed; `UNREADABLE` if that is not possible. No text at all is an empty mapping."

    resolved_entry: Entry | None = None
    resolved: ToolResolved | None = None
    exchange: HttpExchange | None = None
    "The last one made for the tool itself."

    token: HttpExchange | None = None
    "The last one made for an OAuth 2 token."

    masked: bool = False
    "It is of a masked trace."

    fault: Fault | None = None
    "What was recorded together with the resolution: a client tool that raised, for one."

    seqs: list[int] = field(default_factory=list[int])
    "Everything in the trace that is about this call."

    @property
    def name(self) -> str:
        """The tool that was called."""
        return self.called.name

    @property
    def answer(self) -> Any:
        """What was answered, parsed; text where it is not JSON, null where there was nothing."""
        output = "" if self.resolved is None else self.resolved.output
        if not output and self.exchange is not None and self.exchange.response is not None:
            output = self.exchange.response.body.decode(errors="replace")
        if not output:
            return None
        found = parsed(output, masked=self.masked)
        if found is not UNREADABLE:
            return found
        return known(output) if self.masked else output


class SeenTurn(Struct):
    """What happened in one turn."""

    number: int
    calls: list[Call]
    said: list[tuple[Entry, PalSaid]]
    withheld: list[tuple[Entry, Withheld]]
    calls_after: list[Call]
    said_after: list[tuple[Entry, PalSaid]]
    "What came after the first end."

    user: Entry | None = None
    ended: Entry | None = None
    "The first end: the PAL has finished."

    quiet_for: float = 0.0
    "Seconds that were listened to after that."


def _empty_turn(number: int) -> SeenTurn:
    return SeenTurn(number, [], [], [], [], [])


class Seen(Struct):
    """A whole trace."""

    turns: dict[int, SeenTurn]
    calls: dict[str, Call]
    "By call id, in order."

    faults: list[tuple[Entry, Fault]]
    "Those that belong to no call."

    saved: list[tuple[int, Saved]]
    "What was kept, each with its turn."

    closed: SessionClosed | None

    def turn(self, number: int) -> SeenTurn:
        """Return a turn, empty if it never took place."""
        return self.turns.get(number) or _empty_turn(number)

    def kept(self, turn: int) -> dict[str, Any]:
        """Return what ``{saved.x}`` stands for in a turn.

        A value from an earlier turn wins over one of the same turn, which may have replaced it
        only after it was read.
        """
        earlier = {event.name: event.value for number, event in self.saved if number < turn}
        same = {event.name: event.value for number, event in self.saved if number == turn}
        return {**same, **earlier}


class _Sorter:
    """Takes the entries of a trace one after the other."""

    def __init__(self, *, masked: bool) -> None:
        self.seen = Seen({}, {}, [], [], None)
        self._masked = masked
        self._before: Entry | None = None

    def take(self, entry: Entry) -> None:
        """Put one entry where it belongs."""
        turn = self.seen.turns.get(entry.turn)
        if turn is None:
            turn = self.seen.turns[entry.turn] = _empty_turn(entry.turn)
        sort = _SORTS.get(type(entry.event))
        if sort is not None:
            sort(self, entry, entry.event, turn)
        self._before = entry

    def said(self, entry: Entry, event: PalSaid, turn: SeenTurn) -> None:
        """Take an utterance."""
        (turn.said if turn.ended is None else turn.said_after).append((entry, event))

    def called(self, entry: Entry, event: ToolCalled, turn: SeenTurn) -> None:
        """Take a call."""
        arguments: Any = parsed(event.arguments, masked=self._masked) if event.arguments else {}
        call = Call(entry, event, arguments, seqs=[entry.seq], masked=self._masked)
        self.seen.calls[event.call_id] = call
        (turn.calls if turn.ended is None else turn.calls_after).append(call)

    def delivered(self, entry: Entry, event: ToolDelivered, _turn: SeenTurn) -> None:
        """Take an exchange made for a call."""
        call = self.seen.calls.get(event.call_id)
        if call is None:
            return
        call.seqs.append(entry.seq)
        if event.purpose == "tool":
            call.exchange = event.exchange
        else:
            call.token = event.exchange

    def resolved(self, entry: Entry, event: ToolResolved, _turn: SeenTurn) -> None:
        """Take what became of a call. Only the first answer counts."""
        call = self.seen.calls.get(event.call_id)
        if call is None or call.resolved is not None:
            return
        call.seqs.append(entry.seq)
        call.resolved, call.resolved_entry = event, entry
        faults = self.seen.faults
        if faults and faults[-1][0] is self._before and faults[-1][0].turn == entry.turn:
            # Recorded in one breath by whoever answered the call: it is the reason.
            call.fault = faults.pop()[1]

    def user(self, entry: Entry, _event: UserSaid, turn: SeenTurn) -> None:
        """Take the caller's line."""
        turn.user = turn.user or entry

    def ended(self, entry: Entry, event: TurnEnded, turn: SeenTurn) -> None:
        """Take the end of the PAL's turn, or of listening after it."""
        turn.ended = turn.ended or entry
        turn.quiet_for += event.quiet_for

    def withheld(self, entry: Entry, event: Withheld, turn: SeenTurn) -> None:
        """Take a line that was not said."""
        turn.withheld.append((entry, event))

    def saved(self, entry: Entry, event: Saved, _turn: SeenTurn) -> None:
        """Take a value that was kept."""
        self.seen.saved.append((entry.turn, event))

    def fault(self, entry: Entry, event: Fault, _turn: SeenTurn) -> None:
        """Take a fault."""
        self.seen.faults.append((entry, event))

    def closed(self, _entry: Entry, event: SessionClosed, _turn: SeenTurn) -> None:
        """Take the end of the conversation."""
        self.seen.closed = event


_SORTS: Final[Mapping[type, Callable[[_Sorter, Entry, Any, SeenTurn], None]]] = MappingProxyType(
    {
        Fault: _Sorter.fault,
        PalSaid: _Sorter.said,
        Saved: _Sorter.saved,
        SessionClosed: _Sorter.closed,
        ToolCalled: _Sorter.called,
        ToolDelivered: _Sorter.delivered,
        ToolResolved: _Sorter.resolved,
        TurnEnded: _Sorter.ended,
        UserSaid: _Sorter.user,
        Withheld: _Sorter.withheld,
    }
)
"""What is left of the union tells checks nothing they could not read in the entries."""


def seen(trace: Trace) -> Seen:
    """Sort a trace."""
    sorter = _Sorter(masked=trace.masked)
    for entry in trace.entries:
        sorter.take(entry)
    return sorter.seen
