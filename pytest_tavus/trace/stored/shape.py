"""Builds the values of a trace from JSON data, by the types their fields declare.

Strict: an unknown field, a missing one and a value of another type are each refused with the path
to it. Nothing is converted except a whole number where seconds are expected, a list of pairs where
headers are, and a body.
"""

from __future__ import annotations

import base64
import binascii
import types
from collections.abc import Callable, Mapping
from typing import (
    Any,
    Generic,
    Literal,
    NoReturn,
    TypeVar,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

from msgspec import Struct
from msgspec.structs import fields

from pytest_tavus.errors import did_you_mean
from pytest_tavus.wire import HeaderList

T = TypeVar("T")

Reader = Callable[[Any, str], Any]
"""Takes a JSON value and the path to it; returns the value of the field."""


class MisfitError(Exception):
    """A value has not the shape that its type declares."""

    def __init__(self, path: str, message: str, *, hint: str | None = None) -> None:
        super().__init__(f"{path}: {message}")
        self.hint = hint


class Field(Struct, frozen=True):
    """How one field is read."""

    read: Reader
    required: bool


class Shape(Struct, Generic[T], frozen=True):
    """A dataclass as a JSON object."""

    kind: type[T]
    fields: Mapping[str, Field]

    def build(self, data: Any, path: str = "") -> T:
        """Return the value that a JSON object stands for.

        Raises:
            MisfitError: the data has not this shape.

        """
        values: dict[str, Any] = {}
        for name, value in _members(data, path).items():
            if name not in self.fields:
                hint = did_you_mean(name, self.fields)
                raise MisfitError(_at(path, name), "there is no such field", hint=hint)
            values[name] = self.fields[name].read(value, _at(path, name))
        for name, field in self.fields.items():
            if field.required and name not in values:
                raise MisfitError(_at(path, name), "this field is missing")
        return self.kind(**values)


def shape_of(kind: type[T]) -> Shape[T]:
    """Find out the shape of a dataclass from its annotations."""
    hints = get_type_hints(kind)
    found = {
        field.name: Field(
            read=_reader(hints[field.name]),
            required=field.required,
        )
        for field in fields(cast("Any", kind))
    }
    return Shape(kind, found)


def _reader(hint: Any) -> Reader:
    if hint == HeaderList:
        return _read_headers
    if isinstance(hint, type) and issubclass(hint, Struct):
        return shape_of(cast("type[Any]", hint)).build
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is types.UnionType:
        return _optional(_reader(next(kind for kind in arguments if kind is not types.NoneType)))
    if origin is Literal:
        return _one_of(arguments)
    return _READERS.get(origin or hint, _read_anything)


def _optional(read: Reader) -> Reader:
    return lambda value, path: None if value is None else read(value, path)


def _one_of(words: tuple[str, ...]) -> Reader:
    def read(value: Any, path: str) -> Any:
        if isinstance(value, str) and value in words:
            return value
        _refuse(value, path, f"one of {', '.join(words)}")

    return read


def _read_anything(value: Any, path: str) -> Any:
    del path
    return value


def _read_text(value: Any, path: str) -> str:
    if not isinstance(value, str):
        _refuse(value, path, "text")
    return value


def _read_whole(value: Any, path: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        _refuse(value, path, "a whole number")
    return value


def _read_number(value: Any, path: str) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        _refuse(value, path, "a number")
    return float(value)


def _members(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        _refuse(value, path, "an object")
    return cast("dict[str, Any]", value)


def _items(value: Any, path: str, expected: str) -> list[object]:
    if not isinstance(value, list):
        _refuse(value, path, expected)
    return cast("list[object]", value)


def _read_headers(value: Any, path: str) -> HeaderList:
    headers: list[tuple[str, str]] = []
    for index, pair in enumerate(_items(value, path, "a list of names and values")):
        match _items(pair, f"{path}[{index}]", "a name and a value"):
            case [str(name), str(text)]:
                headers.append((name, text))
            case other:
                _refuse(other, f"{path}[{index}]", "a name and a value")
    return tuple(headers)


def _read_body(value: Any, path: str) -> bytes:
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    members = _members(value, path)
    try:
        return base64.b64decode(members["base64"], validate=True)
    except (binascii.Error, ValueError, TypeError, KeyError):
        _refuse(value, path, 'text or {"base64": "..."}')


_READERS: Mapping[Any, Reader] = {
    str: _read_text,
    int: _read_whole,
    float: _read_number,
    bytes: _read_body,
    dict: _members,
}


def _refuse(value: Any, path: str, expected: str) -> NoReturn:
    raise MisfitError(path, f"{value!r:.60} is not {expected}")


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
