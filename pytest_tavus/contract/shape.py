"""The base class of shapes, and the readers of their values: scalars, words, lists, mappings."""

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
    "Whether a null key counts as absent."

    keeps_written: ClassVar[bool] = False
    "Whether a value remembers the names of its written fields."

    @classmethod
    def rewrite(cls, data: dict[str, Any]) -> dict[str, Any]:
        """Return the mapping in its present spelling, or refuse it."""
        return data

    @classmethod
    def check(cls, given: dict[str, Any]) -> None:
        """Refuse fields that contradict each other; `given` has the values of written fields."""


class Notes:
    """The refusals, blanks and complaints of one reading."""

    def __init__(self) -> None:
        self.refusals: list[Refusal] = []
        self.blanks: list[Loc] = []
        "The paths of keys with a null value."

        self.complaints: list[tuple[Loc, str, str | None]] = []
        "Problems in building a run-time value: path, message and hint."

        self.owner: type[Shape] = Shape
        "The shape of the current mapping."

    def refuse(self, kind: Kind, loc: Loc, found: object, **more: Any) -> Any:
        """Note a refusal, and return `INVALID`."""
        # The reader goes on after a refusal: users see all problems of a file in one pass.
        refusal = Refusal(kind=kind, loc=loc, owner=self.owner, found=found, **more)
        self.refusals.append(refusal)
        return INVALID

    def complain(self, loc: Loc, message: str, hint: str | None) -> None:
        """Note a complaint."""
        self.complaints.append((loc, message, hint))


Read = Callable[[Any, Loc, Notes], Any]
"""Reads a value at a path; returns `INVALID` if it notes a refusal."""


def is_unicode(text: str) -> bool:
    """Whether UTF-8 can encode a text: UTF-8 has no half of a surrogate pair."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _read_text(value: object, at: Loc, notes: Notes) -> object:
    if isinstance(value, str):
        return value
    return notes.refuse("kind", at, value, expected="text")


def _read_bool(value: object, at: Loc, notes: Notes) -> object:
    if isinstance(value, bool):
        return value
    return notes.refuse("kind", at, value, expected="true or false")


def _read_int(value: object, at: Loc, notes: Notes) -> object:
    # A bool is an int in Python, but not in JSON.
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return notes.refuse("kind", at, value, expected="a whole number")


def _read_float(value: object, at: Loc, notes: Notes) -> object:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:  # an integer beyond the range of a float
            pass
    return notes.refuse("kind", at, value, expected="a number")


def read_anything(value: object, _at: Loc, _notes: Notes) -> object:
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
    """Return a reader that accepts only these words."""

    def read(value: object, at: Loc, notes: Notes) -> object:
        if isinstance(value, str):
            if value in words:
                return value
            if not is_unicode(value):
                return notes.refuse("other", at, value, message=BAD_TEXT)
        return notes.refuse("word", at, value, expected=_list_words(words), known=words)

    return read


def list_reader(item: Read) -> Read:
    """Return a reader that turns a list into a tuple."""

    def read(value: object, at: Loc, notes: Notes) -> object:
        if not isinstance(value, (list, tuple)):
            return notes.refuse("kind", at, value, expected="a list")
        items: list[object] = list(value)  # pyright: ignore[reportUnknownArgumentType]
        before = len(notes.refusals)
        found = tuple([item(entry, (*at, index), notes) for index, entry in enumerate(items)])
        return INVALID if len(notes.refusals) > before else found

    return read


def mapping_reader(item: Read) -> Read:
    """Return a reader of mappings from texts to values."""

    def read(value: object, at: Loc, notes: Notes) -> object:
        if not isinstance(value, dict):
            return notes.refuse("kind", at, value, expected="a mapping")
        entries: dict[object, object] = value  # pyright: ignore[reportUnknownVariableType]
        before = len(notes.refusals)
        found: dict[object, object] = {}
        for key, entry in entries.items():
            step = key if isinstance(key, (str, int)) else str(key)
            if not isinstance(key, str):
                notes.refuse("kind", (*at, step, "[key]"), key, expected="text")
            found[key] = item(entry, (*at, step), notes)
        return INVALID if len(notes.refusals) > before else found

    return read


def optional_reader(inner: Read) -> Read:
    """Return a reader that also accepts null."""

    def read(value: object, at: Loc, notes: Notes) -> object:
        return None if value is None else inner(value, at, notes)

    return read


def changed_reader(change: Callable[[Any], Any], inner: Read) -> Read:
    """Return a reader that passes the result of `change` to `inner`."""

    def read(value: object, at: Loc, notes: Notes) -> object:
        try:
            value = change(value)
        except RefusedError as refused:
            return notes.refuse("other", at, value, message=str(refused), hint=refused.hint)
        return inner(value, at, notes)

    return read


def made_reader(make: Callable[[Any, Loc, Any], Any], inner: Read) -> Read:
    """Return a reader whose value `make` turns into the run-time value."""

    def read(value: object, at: Loc, notes: Notes) -> object:
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
    """Return a reader that refuses a number outside the bounds."""

    def read(value: object, at: Loc, notes: Notes) -> object:
        found = inner(value, at, notes)
        if found is INVALID:
            return INVALID
        for name, (expected, holds) in _BOUNDS.items():
            limit = getattr(bounds, name)
            if limit is not None and not holds(found, limit):
                return notes.refuse("bound", at, value, expected=expected, limit=limit)
        return found

    return read
