"""Sorts a trace by turn and by call, for checks and judges alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct

from pytest_tavus.contract.tool.sent import ArgumentReader, CallReader
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
from pytest_tavus.verdict.call import UNREADABLE, Call, parse_json

__all__ = [
    "UNREADABLE",
    "Call",
    "ObservedTrace",
    "ObservedTurn",
    "build_observed_trace",
    "parse_json",
]


class ObservedTurn(Struct):
    """What happened in one turn."""

    number: int
    calls: list[Call]
    said: list[tuple[Entry, PalSaid]]
    withheld: list[tuple[Entry, Withheld]]
    calls_after: list[Call]
    said_after: list[tuple[Entry, PalSaid]]
    "What came after the first end."

    user_entry: Entry | None = None
    end_entry: Entry | None = None
    "The first end: the PAL has finished."

    quiet_for: float = 0.0
    "Seconds that were listened to after that."


def _empty_turn(number: int) -> ObservedTurn:
    return ObservedTurn(number, [], [], [], [], [])


class ObservedTrace(Struct):
    """A whole trace."""

    turns: dict[int, ObservedTurn]
    calls: dict[str, Call]
    "By call id, in order."

    all_calls: list[Call]
    "Every call, in order; two may share an id."

    faults: list[tuple[Entry, Fault]]
    "Those that belong to no call."

    saved: list[tuple[Entry, Saved]]
    "What was kept, in order."

    closed: SessionClosed | None

    def __repr__(self) -> str:
        return f"Seen({len(self.all_calls)} calls)"  # a trace in clear must not reach a message

    def turn(self, number: int) -> ObservedTurn:
        """Return a turn, empty if it never took place."""
        return self.turns.get(number) or _empty_turn(number)

    def collect_saved(self, turn: int) -> dict[str, Any]:
        """Return what ``{saved.x}`` stands for in a turn.

        A value from an earlier turn wins over one of the same turn, which may have replaced it
        only after it was read.
        """
        earlier = {event.name: event.value for entry, event in self.saved if entry.turn < turn}
        same = {event.name: event.value for entry, event in self.saved if entry.turn == turn}
        return {**same, **earlier}

    def collect_saved_before(self, entry: Entry) -> dict[str, Any]:
        """Return what ``{saved.x}`` stood for when an event of a call took place.

        What a call leaves behind is compared with nothing that the call itself did.
        """
        return {event.name: event.value for at, event in self.saved if at.seq < entry.seq}


class _Sorter:
    """Takes the entries of a trace one after the other."""

    def __init__(self, tools: Mapping[str, Tool], read: ArgumentReader, *, masked: bool) -> None:
        self.observed = ObservedTrace({}, {}, [], [], [], None)
        self._tools = tools
        self._read = read
        self._masked = masked
        self._conversation_id = ""
        self._previous: Entry | None = None

    def add(self, entry: Entry) -> None:
        """Put one entry where it belongs."""
        turn = self.observed.turns.get(entry.turn)
        if turn is None:
            turn = self.observed.turns[entry.turn] = _empty_turn(entry.turn)
        sort = _SORTS.get(type(entry.event))
        if sort is not None:
            sort(self, entry, entry.event, turn)
        self._previous = entry

    def add_session_opened(self, _entry: Entry, event: SessionOpened, _turn: ObservedTurn) -> None:
        """Take the beginning of the conversation."""
        self._conversation_id = event.conversation_id

    def finish(self) -> ObservedTrace:
        """Read what was sent of each call, and return what was seen."""
        requests = CallReader(
            read=self._read, conversation_id=self._conversation_id, masked=self._masked
        )
        for call in self.observed.all_calls:
            if call.called_arguments is UNREADABLE:
                continue  # no request can be made of it
            request = None if call.exchange is None else call.exchange.request
            call.sent = requests.read_arguments(call.called, self._tools.get(call.name), request)
        return self.observed

    def add_utterance(self, entry: Entry, event: PalSaid, turn: ObservedTurn) -> None:
        """Take an utterance."""
        (turn.said if turn.end_entry is None else turn.said_after).append((entry, event))

    def add_call(self, entry: Entry, event: ToolCalled, turn: ObservedTurn) -> None:
        """Take a call."""
        arguments: Any = parse_json(event.arguments, masked=self._masked) if event.arguments else {}
        call = Call(entry, event, arguments, seqs=[entry.seq], masked=self._masked)
        self.observed.calls[event.call_id] = call
        self.observed.all_calls.append(call)
        (turn.calls if turn.end_entry is None else turn.calls_after).append(call)

    def add_exchange(self, entry: Entry, event: ToolDelivered, _turn: ObservedTurn) -> None:
        """Take an exchange made for a call."""
        call = self.observed.calls.get(event.call_id)
        if call is None:
            return
        call.seqs.append(entry.seq)
        if event.purpose == "tool":
            call.exchange = event.exchange
        else:
            call.token_exchange = event.exchange

    def add_resolution(self, entry: Entry, event: ToolResolved, _turn: ObservedTurn) -> None:
        """Take what became of a call. Only the first answer counts."""
        call = self.observed.calls.get(event.call_id)
        if call is None or call.resolved is not None:
            return
        call.seqs.append(entry.seq)
        call.resolved, call.resolved_entry = event, entry
        faults = self.observed.faults
        if faults and faults[-1][0] is self._previous and faults[-1][0].turn == entry.turn:
            # Recorded in one breath by whoever answered the call: it is the reason.
            call.fault = faults.pop()[1]

    def add_user_line(self, entry: Entry, _event: UserSaid, turn: ObservedTurn) -> None:
        """Take the caller's line."""
        turn.user_entry = turn.user_entry or entry

    def add_turn_end(self, entry: Entry, event: TurnEnded, turn: ObservedTurn) -> None:
        """Take the end of the PAL's turn, or of listening after it."""
        turn.end_entry = turn.end_entry or entry
        turn.quiet_for += event.quiet_for

    def add_withheld(self, entry: Entry, event: Withheld, turn: ObservedTurn) -> None:
        """Take a line that was not said."""
        turn.withheld.append((entry, event))

    def add_saved(self, entry: Entry, event: Saved, _turn: ObservedTurn) -> None:
        """Take a value that was kept."""
        self.observed.saved.append((entry, event))

    def add_fault(self, entry: Entry, event: Fault, _turn: ObservedTurn) -> None:
        """Take a fault."""
        self.observed.faults.append((entry, event))

    def add_session_closed(self, _entry: Entry, event: SessionClosed, _turn: ObservedTurn) -> None:
        """Take the end of the conversation."""
        self.observed.closed = event


_SORTS: Final[Mapping[type, Callable[[_Sorter, Entry, Any, ObservedTurn], None]]] = (
    MappingProxyType(
        {
            Fault: _Sorter.add_fault,
            PalSaid: _Sorter.add_utterance,
            Saved: _Sorter.add_saved,
            SessionClosed: _Sorter.add_session_closed,
            SessionOpened: _Sorter.add_session_opened,
            ToolCalled: _Sorter.add_call,
            ToolDelivered: _Sorter.add_exchange,
            ToolResolved: _Sorter.add_resolution,
            TurnEnded: _Sorter.add_turn_end,
            UserSaid: _Sorter.add_user_line,
            Withheld: _Sorter.add_withheld,
        }
    )
)
"""What is left of the union tells checks nothing they could not read in the entries."""


def build_observed_trace(
    trace: Trace, tools: Mapping[str, Tool], read: ArgumentReader
) -> ObservedTrace:
    """Sort a trace; `read` finds the arguments in the requests of the PAL's tools."""
    sorter = _Sorter(tools, read, masked=trace.masked)
    for entry in trace.entries:
        sorter.add(entry)
    return sorter.finish()
