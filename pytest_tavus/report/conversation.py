"""A trace as a conversation to read: numbered by turn and entry, with ``>>>`` where it went wrong.

Used by the failure picture and by the Python API alike. It reads a trace and the marks it is
given; what is wrong was decided elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace

from pytest_tavus.report.lines import EventDescription, describe_event
from pytest_tavus.report.typeset import Ink, escape_unprintable, wrap
from pytest_tavus.report.words import format_count
from pytest_tavus.trace.log import Entry, Trace

WIDTH = 100
"""Columns of a failure picture, unless told otherwise."""

SHOWN_WHOLE = 60
"""Lines up to which a conversation is shown whole."""

_LIMIT, _MARKED_LIMIT = 3, 12
"""Lines that one event may take, and one event that is a fault."""

_TURNS_BEFORE, _TURNS_AFTER = 2, 1
"""Turns shown around a mark in a long conversation."""

_LONG_TURN = 40
"""Lines up to which a turn is shown whole."""

_AROUND = 6

_WHO = 8


class ErrorMark(Struct, frozen=True, kw_only=True):
    """Where something went wrong."""

    seq: int | None
    "The entry. `None`: what should have happened in the turn did not."

    turn: int
    label: str
    "What went wrong, in two or three words."

    number: int | None = None
    "Which of several findings; `None` where there is only one."


class _Line(Struct, frozen=True, kw_only=True):
    """One entry as it will be set."""

    turn: int
    seq: int | None
    description: EventDescription
    marks: tuple[ErrorMark, ...] = ()


def conversation(
    trace: Trace,
    *,
    marks: Sequence[ErrorMark] = (),
    ink: Ink | None = None,
    columns: int = WIDTH,
) -> tuple[str, ...]:
    """Return the conversation, line by line.

    A long conversation is shown around its marks; what is left out is counted, never silent.
    """
    lines = tuple(_lines(trace, marks))
    if not lines:
        return ("    (nothing happened)",)
    shown = _select_lines(lines) if len(lines) > SHOWN_WHOLE else frozenset(range(len(lines)))
    digits = max(len(str(len(trace))), 3)
    setter = _Formatter(ink=ink or Ink(), columns=columns, digits=digits)
    return tuple(_render_lines(lines, shown, setter))


def _lines(trace: Trace, marks: Sequence[ErrorMark]) -> Iterator[_Line]:
    """Yield what is worth a line; where something is missing, a line of its own says so."""
    by_seq = {entry.seq: entry for entry in trace}
    last = {entry.turn: entry.seq for entry in trace}
    call_names = {call.call_id: call.name for _, call in trace.calls()}
    pointed = [mark for mark in marks if mark.seq in by_seq]
    missing = [mark for mark in marks if mark.seq not in by_seq]
    talked_of: str | None = None
    for entry in trace:
        here = tuple(mark for mark in pointed if mark.seq == entry.seq)
        told = describe_event(entry.event)
        if here or not told.quiet:
            yield _Line(
                turn=entry.turn,
                seq=entry.seq,
                description=_add_tool_name(told, talked_of, call_names),
                marks=here,
            )
            talked_of = told.call_id or talked_of
        if last[entry.turn] == entry.seq:
            yield from _missing_lines(entry, missing)
    yield from (_gap(mark, mark.turn) for mark in missing if mark.turn not in last)


def _missing_lines(entry: Entry, missing: Sequence[ErrorMark]) -> Iterator[_Line]:
    return (_gap(mark, entry.turn) for mark in missing if mark.turn == entry.turn)


def _gap(mark: ErrorMark, turn: int) -> _Line:
    return _Line(
        turn=turn,
        seq=None,
        description=EventDescription(who="", what=f"({mark.label})"),
        marks=(mark,),
    )


def _add_tool_name(
    told: EventDescription, talked_of: str | None, names: dict[str, str]
) -> EventDescription:
    """Name the tool where the line is not about the call that was talked of last."""
    if told.call_id is None or told.tone == "call" or told.call_id == talked_of:
        return told
    name = names.get(told.call_id, told.call_id)
    return replace(told, what=f"[{name}] {told.what}")


def _select_lines(lines: Sequence[_Line]) -> frozenset[int]:
    """Choose the lines of a long conversation: whole turns around each mark, first and last turn.

    Of a turn that is too long itself, the lines around the marks, and how it began and ended.
    """
    marked = {line.turn for line in lines if line.marks}
    turns = {lines[0].turn, lines[-1].turn}
    for turn in marked:
        turns.update(range(turn - _TURNS_BEFORE, turn + _TURNS_AFTER + 1))
    shown: set[int] = set()
    for turn in turns:
        places = [place for place, line in enumerate(lines) if line.turn == turn]
        shown.update(places if len(places) <= _LONG_TURN else _ends_and_marks(lines, places))
    return frozenset(shown)


def _ends_and_marks(lines: Sequence[_Line], places: Sequence[int]) -> set[int]:
    shown = {*places[:_AROUND], *places[-_AROUND:]}
    for position, place in enumerate(places):
        if lines[place].marks:
            shown.update(places[max(position - _AROUND, 0) : position + _AROUND + 1])
    return shown


def _render_lines(
    lines: Sequence[_Line], shown: frozenset[int], setter: _Formatter
) -> Iterator[str]:
    turn: int | None = None
    for is_shown, group in groupby(enumerate(lines), key=lambda pair: pair[0] in shown):
        together = [line for _, line in group]
        if not is_shown:
            yield setter.omission(together)
            continue
        for line in together:
            if line.turn != turn:
                yield setter.heading(line.turn)
                turn = line.turn
            yield from setter.line(line)


class _Formatter(Struct, frozen=True, kw_only=True):
    """Sets lines in columns: gutter, entry, who, what."""

    ink: Ink
    columns: int
    digits: int

    def heading(self, turn: int) -> str:
        return self.ink.dim(f"    turn {turn}" if turn else "    before the first line")

    def omission(self, lines: Sequence[_Line]) -> str:
        """Say what was left out."""
        turns = [line.turn for line in lines]
        where = f"turn {turns[0]}" if turns[0] == turns[-1] else f"turns {turns[0]}-{turns[-1]}"
        who = Counter(line.description.who for line in lines)
        kinds = (("user", "user line"), ("PAL", "PAL line"), ("call", "call"))
        parts = [format_count(who[key], noun) for key, noun in kinds if who[key]]
        number = format_count(len(lines), "entry", "entries")
        holding = f" ({', '.join(parts)})" if parts else ""
        return self.ink.dim(f"    … {number} of {where} left out{holding}")

    def line(self, line: _Line) -> Iterator[str]:
        """Yield one entry, wrapped below itself."""
        number = "" if line.seq is None else str(line.seq)
        indent = 4 + self.digits + 2 + _WHO
        limit = _MARKED_LIMIT if line.marks else _LIMIT
        first, *more = wrap(
            escape_unprintable(line.description.what), self.columns - indent - 4, limit=limit
        )
        gutter = self.ink.red(">>> ") if line.marks else "    "
        seq = self.ink.dim(f"{number:>{self.digits}}")
        text = self._style(line, f"{line.description.who:<{_WHO}}{first}".rstrip())
        yield f"{gutter}{seq}  {text}{self._numbers(line)}"
        for text in more:
            yield f"{' ' * indent}{self._style(line, text)}"

    def _style(self, line: _Line, text: str) -> str:
        if line.marks:
            return self.ink.bold(text)
        return self.ink.dim(text) if line.description.tone in {"wire", "note"} else text

    def _numbers(self, line: _Line) -> str:
        numbers = [str(mark.number) for mark in line.marks if mark.number is not None]
        return self.ink.red(f"  <- {', '.join(numbers)}") if numbers else ""
