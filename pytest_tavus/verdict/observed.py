"""Sorts a trace by turn and by call, for checks and judges alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct, field

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


class ObservedTurn(Struct):
    """The events of one turn."""

    number: int
    calls: list[Call] = field(default_factory=list[Call])
    said: list[tuple[Entry, PalSaid]] = field(default_factory=list[tuple[Entry, PalSaid]])
    withheld: list[tuple[Entry, Withheld]] = field(default_factory=list[tuple[Entry, Withheld]])
    calls_after: list[Call] = field(default_factory=list[Call])
    "The calls after the first end."

    said_after: list[tuple[Entry, PalSaid]] = field(default_factory=list[tuple[Entry, PalSaid]])
    "The utterances after the first end."

    user_entry: Entry | None = None
    end_entry: Entry | None = None
    "The first end: the PAL has finished."

    quiet_for: float = 0.0
    "Seconds for which the player listened after the first end."


class ObservedTrace(Struct):
    """The events of a whole trace."""

    turns: dict[int, ObservedTurn] = field(default_factory=dict[int, ObservedTurn])
    calls: dict[str, Call] = field(default_factory=dict[str, Call])
    "By call id, in order."

    all_calls: list[Call] = field(default_factory=list[Call])
    "Every call, in order; two may share an id."

    faults: list[tuple[Entry, Fault]] = field(default_factory=list[tuple[Entry, Fault]])
    "The faults that belong to no call."

    saved: list[tuple[Entry, Saved]] = field(default_factory=list[tuple[Entry, Saved]])
    "In the order of the trace."

    closed: SessionClosed | None = None

    def __repr__(self) -> str:
        # A trace in clear must not reach a message.
        return f"ObservedTrace({len(self.all_calls)} calls)"

    def turn(self, number: int) -> ObservedTurn:
        """Return a turn; a turn that never took place is empty."""
        return self.turns.get(number) or ObservedTurn(number)

    def collect_saved(self, turn: int) -> dict[str, object]:
        """Return the values of ``{saved.x}`` in a turn.

        A value of an earlier turn wins over a value of the same turn. The turn may have used the
        earlier value before it saved its own.
        """
        earlier = {event.name: event.value for entry, event in self.saved if entry.turn < turn}
        same = {event.name: event.value for entry, event in self.saved if entry.turn == turn}
        return {**same, **earlier}

    def collect_saved_before(self, entry: Entry) -> dict[str, object]:
        """Return the values of ``{saved.x}`` before an event of a call.

        An expectation of a call must not read a value that the call itself saved.
        """
        return {event.name: event.value for at, event in self.saved if at.seq < entry.seq}


class _Sorter:
    def __init__(self, tools: Mapping[str, Tool], read: ArgumentReader, *, masked: bool) -> None:
        self.observed = ObservedTrace()
        self._tools = tools
        self._read = read
        self._masked = masked
        self._conversation_id = ""
        self._previous: Entry | None = None

    def add(self, entry: Entry) -> None:
        turn = self.observed.turns.get(entry.turn)
        if turn is None:
            turn = self.observed.turns[entry.turn] = ObservedTurn(entry.turn)
        sort = _SORTS.get(type(entry.event))
        if sort is not None:
            sort(self, entry, entry.event, turn)
        self._previous = entry

    def add_session_opened(self, _entry: Entry, event: SessionOpened, _turn: ObservedTurn) -> None:
        self._conversation_id = event.conversation_id

    def finish(self) -> ObservedTrace:
        """Read the sent arguments of each call, once its last request is known."""
        requests = CallReader(
            read=self._read, conversation_id=self._conversation_id, masked=self._masked
        )
        for call in self.observed.all_calls:
            if call.called_arguments is UNREADABLE:
                continue  # arguments that are not JSON make no request
            request = None if call.exchange is None else call.exchange.request
            call.sent = requests.read_arguments(call.called, self._tools.get(call.name), request)
        return self.observed

    def add_utterance(self, entry: Entry, event: PalSaid, turn: ObservedTurn) -> None:
        (turn.said if turn.end_entry is None else turn.said_after).append((entry, event))

    def add_call(self, entry: Entry, event: ToolCalled, turn: ObservedTurn) -> None:
        arguments: object = {}
        if event.arguments:
            arguments = parse_json(event.arguments, masked=self._masked)
        call = Call(entry, event, arguments, seqs=[entry.seq], masked=self._masked)
        self.observed.calls[event.call_id] = call
        self.observed.all_calls.append(call)
        (turn.calls if turn.end_entry is None else turn.calls_after).append(call)

    def add_exchange(self, entry: Entry, event: ToolDelivered, _turn: ObservedTurn) -> None:
        call = self.observed.calls.get(event.call_id)
        if call is None:
            return
        call.seqs.append(entry.seq)
        if event.purpose == "tool":
            call.exchange = event.exchange
        else:
            call.token_exchange = event.exchange

    def add_resolution(self, entry: Entry, event: ToolResolved, _turn: ObservedTurn) -> None:
        """Record the resolution of a call. Only the first counts."""
        call = self.observed.calls.get(event.call_id)
        if call is None or call.resolved is not None:
            return
        call.seqs.append(entry.seq)
        call.resolved, call.resolved_entry = event, entry
        faults = self.observed.faults
        if faults and faults[-1][0] is self._previous and faults[-1][0].turn == entry.turn:
            # A fault directly before the resolution is the reason of the resolution.
            call.fault = faults.pop()[1]

    def add_user_line(self, entry: Entry, _event: UserSaid, turn: ObservedTurn) -> None:
        turn.user_entry = turn.user_entry or entry

    def add_turn_end(self, entry: Entry, event: TurnEnded, turn: ObservedTurn) -> None:
        turn.end_entry = turn.end_entry or entry
        turn.quiet_for += event.quiet_for

    def add_withheld(self, entry: Entry, event: Withheld, turn: ObservedTurn) -> None:
        turn.withheld.append((entry, event))

    def add_saved(self, entry: Entry, event: Saved, _turn: ObservedTurn) -> None:
        self.observed.saved.append((entry, event))

    def add_fault(self, entry: Entry, event: Fault, _turn: ObservedTurn) -> None:
        self.observed.faults.append((entry, event))

    def add_session_closed(self, _entry: Entry, event: SessionClosed, _turn: ObservedTurn) -> None:
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
"""Checks need no other event, or read it from the entries."""


def build_observed_trace(
    trace: Trace, tools: Mapping[str, Tool], read: ArgumentReader
) -> ObservedTrace:
    """Sort a trace by turn and call; `read` reads the arguments in the requests of the tools."""
    sorter = _Sorter(tools, read, masked=trace.masked)
    for entry in trace.entries:
        sorter.add(entry)
    return sorter.finish()
