"""A trace as JSON lines, and back.

The first line says what the file is; each further line is one entry, with its `type` and the fields
of that event beside `seq`, `at` (seconds) and `turn`::

    {"format": "tavus-trace", "version": 2, "scenario": "tells where the order is", ...}
    {"seq": 1, "at": 0.0, "turn": 0, "type": "session_opened", "session": "sim", ...}

A body is text where it is UTF-8, and ``{"base64": "..."}`` where it is not. Every line is UTF-8,
ends where any reader would end it, and is complete by itself: ``jq`` and ``grep`` work on it. Only
a masked trace is written. A mask such as ``⟦env.SHOP_KEY⟧`` stands for a value that nobody can
know any more; ``⟦⟦⟧`` is an opening bracket of the text itself.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

from msgspec import Struct

from pytest_tavus.errors import HarnessError, Problem, ScenarioError, did_you_mean
from pytest_tavus.spans import SourceSpan
from pytest_tavus.trace.events import EVENT_TYPES, Event
from pytest_tavus.trace.log import Entry, Trace
from pytest_tavus.trace.stored.jsonline import one_line
from pytest_tavus.trace.stored.shape import MisfitError, Shape, shape_of

T = TypeVar("T")

FORMAT = "tavus-trace"
VERSION = 2


class TraceHeader(Struct, frozen=True, kw_only=True):
    """What a trace is of. All that a reader must know before the first entry."""

    scenario: str
    provenance: str = ""
    "Who decided and who answered: ``scripted, real handler``."

    file: str | None = None
    "The scenario file, as the user would type it."

    line: int | None = None
    "The scenario's own line in the file, counted from 1."

    held: int | None = None
    "Facts that the user's handler decided and that were held; `None` where nothing was judged."

    played: int | None = None
    "Facts that the script decided; they prove nothing of a handler."


def _type_tag(kind: type[Event]) -> str:
    return re.sub(r"(?<=.)(?=[A-Z])", "_", kind.__name__).lower()


_TAGS: Mapping[type[Event], str] = {kind: _type_tag(kind) for kind in EVENT_TYPES}
_FIELDS: Mapping[type[Event], tuple[str, ...]] = {
    kind: kind.__struct_fields__ for kind in EVENT_TYPES
}


class _Place(Struct, frozen=True, kw_only=True):
    seq: int
    at: float
    turn: int


_HEADER_SHAPE = shape_of(TraceHeader)
_PLACE_SHAPE = shape_of(_Place)
_EVENT_SHAPES: Mapping[str, Shape[Any]] = {tag: shape_of(kind) for kind, tag in _TAGS.items()}


def encode(trace: Trace, header: TraceHeader) -> Iterator[str]:
    """Yield the lines of a masked trace, without line ends.

    Raises:
        HarnessError: the trace is in clear, or holds what is no JSON data.

    """
    if not trace.masked:
        raise HarnessError("a trace in clear must not be written")
    yield one_line(
        {
            "format": FORMAT,
            "version": VERSION,
            "scenario": header.scenario,
            "provenance": header.provenance,
            "file": header.file,
            "line": header.line,
            "held": header.held,
            "played": header.played,
        }
    )
    for entry in trace:
        yield encode_entry(entry)


def encode_entry(entry: Entry) -> str:
    """Return the line of one entry, without its line end.

    Raises:
        HarnessError: the event holds what is no JSON data.

    """
    event = entry.event
    kind = type(event)
    data: dict[str, Any] = {
        "seq": entry.seq,
        "at": entry.at,
        "turn": entry.turn,
        "type": _TAGS[kind],
    }
    for name in _FIELDS[kind]:
        data[name] = getattr(event, name)
    return one_line(data)


def decode(lines: Iterable[str], *, path: str = "<trace>") -> tuple[TraceHeader, Trace]:
    """Read a trace back.

    Raises:
        ScenarioError: for what is not a trace of this version, with the number of the line.

    """
    numbered = ((number, line.strip()) for number, line in enumerate(lines, 1))
    source = ((number, line) for number, line in numbered if line)
    number, line = next(source, (1, ""))
    header = _decode_header(line, SourceSpan(path=path, line=number))
    entries: list[Entry] = []
    for number, line in source:
        span = SourceSpan(path=path, line=number)
        entry = _decode_entry(line, span)
        if entry.seq != len(entries) + 1:
            message = f"this entry has seq {entry.seq} where {len(entries) + 1} was expected"
            raise _refused(span, message, "lines are missing or out of order: record it again")
        entries.append(entry)
    return header, Trace(tuple(entries), masked=True)


def write(path: Path, trace: Trace, header: TraceHeader) -> None:
    """Write a trace file so that a reader sees all of it or none; make its directory.

    Raises:
        OSError: the file cannot be written.

    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.unfinished")
    try:
        with unfinished.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{line}\n" for line in encode(trace, header))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def read(path: Path) -> tuple[TraceHeader, Trace]:
    """Read a trace file.

    Raises:
        ScenarioError: it is not a trace of this version.
        OSError: the file cannot be read.

    """
    try:
        with path.open(encoding="utf-8", newline="\n") as file:
            return decode(file, path=str(path))
    except UnicodeDecodeError as error:
        span = SourceSpan(path=str(path), line=1)
        message = f"this is not a trace: it is not UTF-8 text ({error.reason})"
        raise _refused(span, message, _RECORD) from error


_RECORD = "record the trace again with this version of pytest-tavus"


def _decode_header(line: str, span: SourceSpan) -> TraceHeader:
    data = _decode_object(line, span)
    if data.pop("format", None) != FORMAT:
        message = f'this is not a trace: its first line has no "format": "{FORMAT}"'
        raise _refused(span, message, "give the path of a file that was recorded as a trace")
    version = data.pop("version", None)
    if version != VERSION:
        message = f"this trace has version {version!r} and version {VERSION} is the one known here"
        raise _refused(span, message, _RECORD)
    return _built(_HEADER_SHAPE, data, span)


def _decode_entry(line: str, span: SourceSpan) -> Entry:
    data = _decode_object(line, span)
    tag = data.pop("type", None)
    shape = _EVENT_SHAPES.get(tag) if isinstance(tag, str) else None
    if shape is None:
        message = f"{tag!r} is not a type of event"
        hint = did_you_mean(str(tag), _EVENT_SHAPES) or f"one of: {', '.join(_EVENT_SHAPES)}"
        raise _refused(span, message, hint)
    found = {name: data.pop(name) for name in _PLACE_SHAPE.fields if name in data}
    place = _built(_PLACE_SHAPE, found, span)
    event = _built(shape, data, span)
    return Entry(seq=place.seq, at=place.at, turn=place.turn, event=event)


def _decode_object(line: str, span: SourceSpan) -> dict[str, Any]:
    try:
        data: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        hint = "the file was cut off or edited: record the trace again"
        raise _refused(span, "this line is not JSON", hint) from error
    if not isinstance(data, dict):
        raise _refused(span, "this line is not a JSON object", _RECORD)
    return cast("dict[str, Any]", data)


def _built(shape: Shape[T], data: Mapping[str, Any], span: SourceSpan) -> T:
    try:
        return shape.build(data)
    except MisfitError as misfit:
        raise _refused(span, str(misfit), misfit.hint or _RECORD) from None


def _refused(span: SourceSpan, message: str, hint: str) -> ScenarioError:
    return ScenarioError(Problem(message=message, span=span, hint=hint))
