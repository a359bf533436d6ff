"""Formats a trace as a conversation, numbered by turn and entry, with ``>>>`` at each fault.

The caller passes the faults as marks; this module decides nothing.
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
from pytest_tavus.trace.log import Trace

WIDTH = 100
"""Default columns of a failure picture."""

MAX_WHOLE_LINES = 60
"""Longest conversation that is shown in full."""

_EVENT_LINES, _MARKED_EVENT_LINES = 3, 12
"""Most lines of one event, and of one event at a fault."""

_TURNS_BEFORE, _TURNS_AFTER = 2, 1
"""Turns shown around a mark in a long conversation."""

_MAX_WHOLE_TURN_LINES = 40
"""Longest turn that is shown in full in a long conversation."""

_CONTEXT_LINES = 6

_SPEAKER_WIDTH = 8


class ErrorMark(Struct, frozen=True, kw_only=True):
    seq: int | None
    "The entry; `None` for an event that is absent from the turn."

    turn: int
    label: str
    "The kind of failure, in two or three words."

    number: int | None = None
    "The number of the finding; `None` if there is only one."


class _Line(Struct, frozen=True, kw_only=True):
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
    """Return the lines of the conversation.

    A long conversation is cut to the lines around its marks, with a count of each omission.
    """
    lines = tuple(_lines(trace, marks))
    if not lines:
        return ("    (nothing happened)",)
    shown = _select_lines(lines) if len(lines) > MAX_WHOLE_LINES else frozenset(range(len(lines)))
    digits = max(len(str(len(trace))), 3)
    formatter = _Formatter(ink=ink or Ink(), columns=columns, digits=digits)
    return tuple(_render_lines(lines, shown, formatter))


def _lines(trace: Trace, marks: Sequence[ErrorMark]) -> Iterator[_Line]:
    """Yield a line for each entry that is not quiet, and for each absent event."""
    by_seq = {entry.seq: entry for entry in trace}
    last = {entry.turn: entry.seq for entry in trace}
    call_names = {call.call_id: call.name for _, call in trace.calls()}
    pointed = [mark for mark in marks if mark.seq in by_seq]
    missing = [mark for mark in marks if mark.seq not in by_seq]
    last_call: str | None = None
    for entry in trace:
        here = tuple(mark for mark in pointed if mark.seq == entry.seq)
        described = describe_event(entry.event)
        if here or not described.quiet:
            yield _Line(
                turn=entry.turn,
                seq=entry.seq,
                description=_add_tool_name(described, last_call, call_names),
                marks=here,
            )
            last_call = described.call_id or last_call
        if last[entry.turn] == entry.seq:
            yield from (_gap(mark, mark.turn) for mark in missing if mark.turn == entry.turn)
    yield from (_gap(mark, mark.turn) for mark in missing if mark.turn not in last)


def _gap(mark: ErrorMark, turn: int) -> _Line:
    return _Line(
        turn=turn,
        seq=None,
        description=EventDescription(who="", what=f"({mark.label})"),
        marks=(mark,),
    )


def _add_tool_name(
    described: EventDescription, last_call: str | None, names: dict[str, str]
) -> EventDescription:
    """Name the tool, unless the line before is about the same call."""
    if described.call_id is None or described.tone == "call" or described.call_id == last_call:
        return described
    name = names.get(described.call_id, described.call_id)
    return replace(described, what=f"[{name}] {described.what}")


def _select_lines(lines: Sequence[_Line]) -> frozenset[int]:
    """Choose the lines of a long conversation: the turns around each mark, the first, and the last.

    Of a very long turn, choose its first and last lines and the lines around its marks.
    """
    marked = {line.turn for line in lines if line.marks}
    turns = {lines[0].turn, lines[-1].turn}
    for turn in marked:
        turns.update(range(turn - _TURNS_BEFORE, turn + _TURNS_AFTER + 1))
    shown: set[int] = set()
    for turn in turns:
        indexes = [index for index, line in enumerate(lines) if line.turn == turn]
        is_short = len(indexes) <= _MAX_WHOLE_TURN_LINES
        shown.update(indexes if is_short else _ends_and_marks(lines, indexes))
    return frozenset(shown)


def _ends_and_marks(lines: Sequence[_Line], indexes: Sequence[int]) -> set[int]:
    shown = {*indexes[:_CONTEXT_LINES], *indexes[-_CONTEXT_LINES:]}
    for position, index in enumerate(indexes):
        if lines[index].marks:
            shown.update(indexes[max(position - _CONTEXT_LINES, 0) : position + _CONTEXT_LINES + 1])
    return shown


def _render_lines(
    lines: Sequence[_Line], shown: frozenset[int], formatter: _Formatter
) -> Iterator[str]:
    turn: int | None = None
    for is_shown, group in groupby(enumerate(lines), key=lambda pair: pair[0] in shown):
        entries = [line for _, line in group]
        if not is_shown:
            yield formatter.omission(entries)
            continue
        for line in entries:
            if line.turn != turn:
                yield formatter.heading(line.turn)
                turn = line.turn
            yield from formatter.line(line)


class _Formatter(Struct, frozen=True, kw_only=True):
    """Formats lines in columns: gutter, entry, speaker, text."""

    ink: Ink
    columns: int
    digits: int

    def heading(self, turn: int) -> str:
        return self.ink.dim(f"    turn {turn}" if turn else "    before the first line")

    def omission(self, lines: Sequence[_Line]) -> str:
        turns = [line.turn for line in lines]
        where = f"turn {turns[0]}" if turns[0] == turns[-1] else f"turns {turns[0]}-{turns[-1]}"
        who = Counter(line.description.who for line in lines)
        kinds = (("user", "user line"), ("PAL", "PAL line"), ("call", "call"))
        parts = [format_count(who[key], noun) for key, noun in kinds if who[key]]
        number = format_count(len(lines), "entry", "entries")
        holding = f" ({', '.join(parts)})" if parts else ""
        return self.ink.dim(f"    … {number} of {where} left out{holding}")

    def line(self, line: _Line) -> Iterator[str]:
        number = "" if line.seq is None else str(line.seq)
        indent = 4 + self.digits + 2 + _SPEAKER_WIDTH
        limit = _MARKED_EVENT_LINES if line.marks else _EVENT_LINES
        first, *more = wrap(
            escape_unprintable(line.description.what), self.columns - indent - 4, limit=limit
        )
        gutter = self.ink.red(">>> ") if line.marks else "    "
        seq = self.ink.dim(f"{number:>{self.digits}}")
        text = self._style(line, f"{line.description.who:<{_SPEAKER_WIDTH}}{first}".rstrip())
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
