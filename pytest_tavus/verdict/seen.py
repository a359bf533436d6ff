"""Sorts a trace by turn and by call, for checks and judges alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct

from pytest_tavus.contract.tool.sent import Reader, Requests
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.trace.events import (
    Fault,
    PalSaid,
    Saved,
    SessionClosed,
    SessionOpened,
    ToolCalled,
    ToolDelivered,
    ToolResolved,
    TurnEnded,
    UserSaid,
    Withheld,
)
from pytest_tavus.trace.log import Entry, Trace
from pytest_tavus.verdict.call import UNREADABLE, Call, parsed

__all__ = ["UNREADABLE", "Call", "Seen", "SeenTurn", "parsed", "seen"]


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

    made: list[Call]
    "Every call, in order; two may share an id."

    faults: list[tuple[Entry, Fault]]
    "Those that belong to no call."

    saved: list[tuple[Entry, Saved]]
    "What was kept, in order."

    closed: SessionClosed | None

    def __repr__(self) -> str:
        return f"Seen({len(self.made)} calls)"  # a trace in clear must not reach a message

    def turn(self, number: int) -> SeenTurn:
        """Return a turn, empty if it never took place."""
        return self.turns.get(number) or _empty_turn(number)

    def kept(self, turn: int) -> dict[str, Any]:
        """Return what ``{saved.x}`` stands for in a turn.

        A value from an earlier turn wins over one of the same turn, which may have replaced it
        only after it was read.
        """
        earlier = {event.name: event.value for entry, event in self.saved if entry.turn < turn}
        same = {event.name: event.value for entry, event in self.saved if entry.turn == turn}
        return {**same, **earlier}

    def kept_before(self, entry: Entry) -> dict[str, Any]:
        """Return what ``{saved.x}`` stood for when an event of a call took place.

        What a call leaves behind is compared with nothing that the call itself did.
        """
        return {event.name: event.value for at, event in self.saved if at.seq < entry.seq}


class _Sorter:
    """Takes the entries of a trace one after the other."""

    def __init__(self, tools: Mapping[str, Tool], read: Reader, *, masked: bool) -> None:
        self.seen = Seen({}, {}, [], [], [], None)
        self._tools = tools
        self._read = read
        self._masked = masked
        self._conversation_id = ""
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

    def opened(self, _entry: Entry, event: SessionOpened, _turn: SeenTurn) -> None:
        """Take the beginning of the conversation."""
        self._conversation_id = event.conversation_id

    def finish(self) -> Seen:
        """Read what was sent of each call, and return what was seen."""
        requests = Requests(
            read=self._read, conversation_id=self._conversation_id, masked=self._masked
        )
        for call in self.seen.made:
            if call.called_arguments is UNREADABLE:
                continue  # no request can be made of it
            request = None if call.exchange is None else call.exchange.request
            call.sent = requests.sent(call.called, self._tools.get(call.name), request)
        return self.seen

    def said(self, entry: Entry, event: PalSaid, turn: SeenTurn) -> None:
        """Take an utterance."""
        (turn.said if turn.ended is None else turn.said_after).append((entry, event))

    def called(self, entry: Entry, event: ToolCalled, turn: SeenTurn) -> None:
        """Take a call."""
        arguments: Any = parsed(event.arguments, masked=self._masked) if event.arguments else {}
        call = Call(entry, event, arguments, seqs=[entry.seq], masked=self._masked)
        self.seen.calls[event.call_id] = call
        self.seen.made.append(call)
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
        self.seen.saved.append((entry, event))

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
        SessionOpened: _Sorter.opened,
        ToolCalled: _Sorter.called,
        ToolDelivered: _Sorter.delivered,
        ToolResolved: _Sorter.resolved,
        TurnEnded: _Sorter.ended,
        UserSaid: _Sorter.user,
        Withheld: _Sorter.withheld,
    }
)
"""What is left of the union tells checks nothing they could not read in the entries."""


def seen(trace: Trace, tools: Mapping[str, Tool], read: Reader) -> Seen:
    """Sort a trace; `read` finds the arguments in the requests of the PAL's tools."""
    sorter = _Sorter(tools, read, masked=trace.masked)
    for entry in trace.entries:
        sorter.take(entry)
    return sorter.finish()
