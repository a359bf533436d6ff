"""Encodes a trace as JSON lines and decodes it.

The first line is the header. Each further line is one entry: `seq`, `at` (seconds), `turn`, the
`type` of its event and the fields of that event::

    {"format": "tavus-trace", "version": 2, "scenario": "tells where the order is", ...}
    {"seq": 1, "at": 0.0, "turn": 0, "type": "session_opened", "session": "sim", ...}

A UTF-8 body is text, any other body is ``{"base64": "..."}``. Every line is UTF-8 and complete by
itself, and no reader splits it, so ``jq`` and ``grep`` work on the file. Only a masked trace is
written. A mask such as ``⟦env.SHOP_KEY⟧`` replaces a value that is lost; ``⟦⟦⟧`` is an opening
bracket of the text itself.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import NoneType
from typing import Final, Literal, TypeVar, get_args, get_origin, get_type_hints

from msgspec import Struct, ValidationError, convert
from msgspec.structs import asdict

from pytest_tavus.errors import HarnessError, Problem, ScenarioError, did_you_mean
from pytest_tavus.matching.shape import is_mapping
from pytest_tavus.spans import SourceSpan
from pytest_tavus.trace.events import EVENT_TYPES, Event
from pytest_tavus.trace.facts import Deciders
from pytest_tavus.trace.log import Entry, Trace
from pytest_tavus.wire import HttpExchange, HttpFault, HttpRequest, HttpResponse

T = TypeVar("T")

FORMAT = "tavus-trace"
VERSION = 2


class TraceHeader(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The scenario of a trace, and its evidence."""

    scenario: str
    provenance: str = ""
    "The kinds of PAL and handler: ``scripted, real handler``."

    file: str | None = None
    "The scenario file, as the user would type it."

    line: int | None = None
    "The scenario's own line in the file, counted from 1."

    held: int | None = None
    "Facts that the user's handler decided and that were held; `None` if no check ran."

    played: int | None = None
    "Facts that the script decided; they prove nothing of a handler."


class _Position(Struct, frozen=True, kw_only=True):
    """The fields of an entry itself, without those of its event."""

    seq: int
    at: float
    turn: int


_EVENTS: Final[Mapping[str, type[Event]]] = {
    str(kind.__struct_config__.tag): kind for kind in EVENT_TYPES
}


def encode(trace: Trace, header: TraceHeader) -> Iterator[str]:
    """Yield the lines of a masked trace, without line ends.

    Raises:
        HarnessError: the trace is in clear, or holds a value that is no JSON data.

    """
    if not trace.masked:
        raise HarnessError("a trace in clear must not be written")
    yield _encode_line({"format": FORMAT, "version": VERSION, **asdict(header)})
    for entry in trace:
        yield encode_entry(entry)


def encode_entry(entry: Entry) -> str:
    """Encode one entry as a line without its line end.

    Raises:
        HarnessError: the event holds a value that is no JSON data.

    """
    event = entry.event
    position = {"seq": entry.seq, "at": entry.at, "turn": entry.turn}
    return _encode_line({**position, "type": event.__struct_config__.tag, **asdict(event)})


_PARTS = (HttpExchange, HttpRequest, HttpResponse, HttpFault, Deciders)
"""The types of values in the fields of events."""


def _encode_line(data: Mapping[str, object]) -> str:
    line = _READABLE.encode(data)
    if line.isascii() or _is_one_plain_line(line):
        return line
    return _ASCII.encode(data)  # its escapes carry half a surrogate pair, and line separators


def _is_one_plain_line(line: str) -> bool:
    """Tell whether UTF-8 can carry the line and no reader splits it, as some do at U+2028."""
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return len(line.splitlines()) == 1


def _encode_value(value: object) -> object:
    """Return JSON data for a value that the JSON encoder does not know: a struct or a body."""
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            return {"base64": base64.b64encode(value).decode("ascii")}
    if isinstance(value, _PARTS):
        return asdict(value)
    message = f"a trace cannot hold a value of type {type(value).__name__}"
    raise HarnessError(message)


_READABLE = json.JSONEncoder(ensure_ascii=False, default=_encode_value)
_ASCII = json.JSONEncoder(default=_encode_value)


def decode(lines: Iterable[str], *, path: str = "<trace>") -> tuple[TraceHeader, Trace]:
    """Decode a trace, which is masked.

    Raises:
        ScenarioError: a line does not belong to a trace of this version; carries its number.

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
            message = f"this entry has seq {entry.seq}, but {len(entries) + 1} was expected"
            raise _build_error(span, message, "lines are missing or out of order: record it again")
        entries.append(entry)
    return header, Trace(tuple(entries), masked=True)


def write(path: Path, trace: Trace, header: TraceHeader) -> None:
    """Write a trace file and its directory.

    Raises:
        OSError: the file cannot be written.

    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # The file is renamed when it is complete, so that no reader sees a part of it.
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
        ScenarioError: the file is not a trace of this version.
        OSError: the file cannot be read.

    """
    try:
        with path.open(encoding="utf-8", newline="\n") as file:
            return decode(file, path=str(path))
    except UnicodeDecodeError as error:
        span = SourceSpan(path=str(path), line=1)
        message = f"this is not a trace: it is not UTF-8 text ({error.reason})"
        raise _build_error(span, message, _RECORD) from error


_RECORD = "record the trace again with this version of pytest-tavus"


def _decode_header(line: str, span: SourceSpan) -> TraceHeader:
    data = _decode_object(line, span)
    if data.pop("format", None) != FORMAT:
        message = f'this is not a trace: its first line has no "format": "{FORMAT}"'
        raise _build_error(span, message, "give the path of a file that was recorded as a trace")
    version = data.pop("version", None)
    if version != VERSION:
        message = f"this trace has version {version!r}, but only version {VERSION} can be read"
        raise _build_error(span, message, _RECORD)
    return _convert_fields(data, TraceHeader, span)


def _decode_entry(line: str, span: SourceSpan) -> Entry:
    data = _decode_object(line, span)
    tag = data.get("type")
    kind = _EVENTS.get(tag) if isinstance(tag, str) else None
    if kind is None:
        hint = did_you_mean(str(tag), _EVENTS) or f"one of: {', '.join(_EVENTS)}"
        raise _build_error(span, f"{tag!r} is not a type of event", hint)
    found = {name: data.pop(name) for name in _Position.__struct_fields__ if name in data}
    position = _convert_fields(found, _Position, span)
    _decode_bodies(data.get("exchange"))
    event = _convert_fields(data, kind, span)
    return Entry(seq=position.seq, at=position.at, turn=position.turn, event=event)


def _decode_bodies(exchange: object) -> None:
    """Replace the bodies of an exchange with bytes. The conversion refuses any other value."""
    for side in exchange.values() if is_mapping(exchange) else ():
        match side:
            case {"body": str(text)}:
                side["body"] = text.encode("utf-8", "surrogatepass")
            case {"body": {"base64": str(text)}}:
                with suppress(binascii.Error, ValueError):
                    side["body"] = base64.b64decode(text, validate=True)
            case _:
                pass


def _decode_object(line: str, span: SourceSpan) -> dict[str, object]:
    try:
        data: object = json.loads(line)
    except (ValueError, RecursionError) as error:
        hint = "the file was cut off or edited: record the trace again"
        raise _build_error(span, "this line is not JSON", hint) from error
    if not is_mapping(data):
        raise _build_error(span, "this line is not a JSON object", _RECORD)
    return dict(data)


def _convert_fields(data: Mapping[str, object], kind: type[T], span: SourceSpan) -> T:
    try:
        return convert(data, kind, builtin_types=(bytes,))
    except ValidationError as error:
        message = str(error)
        raise _build_error(span, message[:1].lower() + message[1:], _hint(message, kind)) from None
    except (UnicodeError, SystemError):  # half a surrogate pair; msgspec 0.19: a huge number too
        message = "a name or a number in this line is out of range"
        raise _build_error(span, message, _RECORD) from None


_MISFIT = re.compile(
    r"(?:Invalid enum value|Object contains unknown field) ['`](.*?)['`](?: - at `(.*)`)?"
)


def _hint(message: str, kind: object) -> str:
    if "`bytes`" in message:
        return 'a body is text, or {"base64": "..."}'
    misfit = _MISFIT.fullmatch(message)
    word, path = ("", "") if misfit is None else (misfit[1], misfit[2] or "$")
    words = dict(_list_choices(kind)).get(path)
    if words is None:
        return _RECORD
    return did_you_mean(word, words) or f"one of: {', '.join(words)}"


def _list_choices(field_type: object, path: str = "$") -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the path of each object and enumeration of a type, with its fields or values."""
    # An optional field is a union with `NoneType`; its other members are at the same path.
    for kind in get_args(field_type) if NoneType in get_args(field_type) else (field_type,):
        if get_origin(kind) is Literal:
            yield path, get_args(kind)
        elif isinstance(kind, type) and issubclass(kind, Struct):
            yield path, kind.__struct_fields__
            for name, inner in get_type_hints(kind).items():
                yield from _list_choices(inner, f"{path}.{name}")


def _build_error(span: SourceSpan, message: str, hint: str) -> ScenarioError:
    return ScenarioError(Problem(message=message, span=span, hint=hint))
