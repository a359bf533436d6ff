"""Metadata that a shape adds to the types of its fields.

The metadata stands in `Annotated`; a plain text there is the description that users read.
Metadata that changes a value applies from left to right. `Before` applies from right to left,
because the rightmost `Before` receives the value as the author wrote it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct

from pytest_tavus.spans import Loc

Complain = Callable[[Loc, str, "str | None"], None]
"""Notes a problem: its path, its message and a hint."""


class Before(Struct, frozen=True):
    """Changes or refuses the written value before the reader of its type sees it."""

    change: Callable[[Any], Any]


class After(Struct, frozen=True):
    """Makes the run-time value from the read value. `make` returns a value even if it complains."""

    make: Callable[[Any, Loc, Complain], Any]


class Written(Struct, frozen=True):
    """The type in the file, if the type of the run-time value differs."""

    form: object


class Choice(Struct, frozen=True):
    """Picks the shape of a mapping by its keys."""

    pick: Callable[[Any], type[Any]]
    options: Callable[[], tuple[type[Any], ...]]


class Bounds(Struct, frozen=True, kw_only=True):
    """Limits of a number."""

    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None


class Short(Struct, frozen=True, eq=False):
    """The JSON Schema of a short spelling of a field."""

    schema: dict[str, Any]


class Form(Struct, frozen=True, eq=False):
    """The JSON Schema of a field, in place of the schema of its type."""

    schema: dict[str, Any]


class Also(Struct, frozen=True, eq=False):
    """Members that the JSON Schema of a field adds to the schema of its type."""

    schema: dict[str, Any]


class Single(Struct, frozen=True):
    """A single item may stand without its list.

    Only the JSON Schema uses this mark; a `Before` puts the item into a list.
    """


class _Mark(Struct, frozen=True):
    name: str


BLANK: Final = _Mark("blank")
"""A null is reported as a mistake and leaves the default. Every `X | None` does the same."""

HIDDEN: Final = _Mark("hidden")
"""Messages, reports and traces never show the value."""

GIVEN: Final = _Mark("given")
"""The field is not a key of the file: the loader sets its value."""
