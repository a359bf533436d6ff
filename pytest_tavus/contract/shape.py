"""A shape, and the readers of the single values in it: scalars, words, lists and mappings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

from msgspec import Struct

from pytest_tavus.contract.annotations import Bounds
from pytest_tavus.contract.refusal import Kind, Refusal, RefusedError
from pytest_tavus.spans import Loc

INVALID: Final = object()
"""Stands for a value that was refused."""

BAD_TEXT = "Input should be a valid string, unable to parse raw data as a unicode string"


class Shape(Struct, frozen=True, kw_only=True):
    """A mapping that users or clients write, as a value."""

    drops_nulls: ClassVar[bool] = False
    "Whether a key that reads null counts as absent."

    keeps_written: ClassVar[bool] = False
    "Whether a value remembers which of its fields were written."

    @classmethod
    def rewrite(cls, data: dict[str, Any]) -> dict[str, Any]:
        """Return the mapping in its present spelling, or refuse it."""
        return data

    @classmethod
    def check(cls, given: dict[str, Any]) -> None:
        """Refuse fields that do not go together; `given` are those that were written, as read."""


class Notes:
    """What is noted while data is read."""

    def __init__(self) -> None:
        self.refusals: list[Refusal] = []
        self.blanks: list[Loc] = []
        "Keys behind which nothing stands."

        self.complaints: list[tuple[Loc, str, str | None]] = []
        "What a run-time value cannot be built from: where, what, and a hint."

        self.owner: type[Shape] = Shape
        "The shape that is being read."

    def refuse(self, kind: Kind, loc: Loc, found: Any, **more: Any) -> Any:
        """Note a refusal, and return `INVALID`."""
        refusal = Refusal(kind=kind, loc=loc, owner=self.owner, found=found, **more)
        self.refusals.append(refusal)
        return INVALID

    def complain(self, loc: Loc, message: str, hint: str | None) -> None:
        """Note a complaint."""
        self.complaints.append((loc, message, hint))


Read = Callable[[Any, Loc, Notes], Any]
"""Reads a value at a path; returns `INVALID` if it notes a refusal."""


def is_unicode(text: str) -> bool:
    """Tell whether a text can be written as UTF-8: half a surrogate pair cannot."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _read_text(value: Any, at: Loc, notes: Notes) -> Any:
    if isinstance(value, str):
        return value
    return notes.refuse("kind", at, value, expected="text")


def _read_bool(value: Any, at: Loc, notes: Notes) -> Any:
    if isinstance(value, bool):
        return value
    return notes.refuse("kind", at, value, expected="true or false")


def _read_int(value: Any, at: Loc, notes: Notes) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return notes.refuse("kind", at, value, expected="a whole number")


def _read_float(value: Any, at: Loc, notes: Notes) -> Any:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            pass
    return notes.refuse("kind", at, value, expected="a number")


def read_anything(value: Any, _at: Loc, _notes: Notes) -> Any:
    """Return any value as it is."""
    return value


SCALARS: Mapping[type[Any], Read] = {
    str: _read_text,
    bool: _read_bool,
    int: _read_int,
    float: _read_float,
}


def _list_words(words: tuple[str, ...]) -> str:
    quoted = [repr(word) for word in words]
    return " or ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1])))


def word_reader(words: tuple[str, ...]) -> Read:
    """Return the reader of one of some words."""

    def read(value: Any, at: Loc, notes: Notes) -> Any:
        if isinstance(value, str):
            if value in words:
                return value
            if not is_unicode(value):
                return notes.refuse("other", at, value, message=BAD_TEXT)
        return notes.refuse("word", at, value, expected=_list_words(words), known=words)

    return read


def list_reader(item: Read) -> Read:
    """Return the reader of a list, kept as a tuple."""

    def read(value: Any, at: Loc, notes: Notes) -> Any:
        if not isinstance(value, (list, tuple)):
            return notes.refuse("kind", at, value, expected="a list")
        items: list[Any] = list(value)  # pyright: ignore[reportUnknownArgumentType]
        before = len(notes.refusals)
        found = tuple([item(one, (*at, index), notes) for index, one in enumerate(items)])
        return INVALID if len(notes.refusals) > before else found

    return read


def mapping_reader(item: Read) -> Read:
    """Return the reader of a mapping of texts to values."""

    def read(value: Any, at: Loc, notes: Notes) -> Any:
        if not isinstance(value, dict):
            return notes.refuse("kind", at, value, expected="a mapping")
        entries: dict[Any, Any] = value  # pyright: ignore[reportUnknownVariableType]
        before = len(notes.refusals)
        found: dict[Any, Any] = {}
        for key, one in entries.items():
            step = key if isinstance(key, (str, int)) else str(key)
            if not isinstance(key, str):
                notes.refuse("kind", (*at, step, "[key]"), key, expected="text")
            found[key] = item(one, (*at, step), notes)
        return INVALID if len(notes.refusals) > before else found

    return read


def optional_reader(inner: Read) -> Read:
    """Return the reader of a value that may be null."""

    def read(value: Any, at: Loc, notes: Notes) -> Any:
        return None if value is None else inner(value, at, notes)

    return read


def changed_reader(change: Callable[[Any], Any], inner: Read) -> Read:
    """Return the reader of what `change` makes of the written value."""

    def read(value: Any, at: Loc, notes: Notes) -> Any:
        try:
            value = change(value)
        except RefusedError as refused:
            return notes.refuse("other", at, value, message=str(refused), hint=refused.hint)
        return inner(value, at, notes)

    return read


def made_reader(make: Callable[[Any, Loc, Any], Any], inner: Read) -> Read:
    """Return the reader whose value `make` turns into the run-time value."""

    def read(value: Any, at: Loc, notes: Notes) -> Any:
        found = inner(value, at, notes)
        return found if found is INVALID or found is None else make(found, at, notes.complain)

    return read


_BOUNDS: Mapping[str, tuple[str, Callable[[Any, Any], bool]]] = {
    "ge": ("at least", lambda value, limit: value >= limit),
    "gt": ("more than", lambda value, limit: value > limit),
    "le": ("at most", lambda value, limit: value <= limit),
    "lt": ("less than", lambda value, limit: value < limit),
}


def bounded_reader(bounds: Bounds, inner: Read) -> Read:
    """Return the reader of a number within bounds."""

    def read(value: Any, at: Loc, notes: Notes) -> Any:
        found = inner(value, at, notes)
        if found is INVALID:
            return INVALID
        for name, (expected, holds) in _BOUNDS.items():
            limit = getattr(bounds, name)
            if limit is not None and not holds(found, limit):
                return notes.refuse("bound", at, value, expected=expected, limit=limit)
        return found

    return read
